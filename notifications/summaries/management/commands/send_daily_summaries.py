from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications.summaries.making import SummaryCounts, make_summaries
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand


class Command(RoundCommand):
    help = (
        "Make the daily summaries that are due and not yet made: into the mailbox, with a mail that"
        " says so. Days that were missed are made up for, at most 14. Safe to repeat, to run twice"
        " at once and to be killed. The last line of the output is JSON: how many of each of the"
        " four subjects, days, alerts, late."
    )
    nothing = SummaryCounts().as_dict()

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        return make_summaries(exchange=exchange, now=now).as_dict()
