from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications.briefings.sending import SendCounts, send_briefings
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand


class Command(RoundCommand):
    help = (
        "Send the alerts and briefings whose time has come: into mailboxes, with mails for the"
        " mailer. Safe to repeat, to run twice at once and to be killed. The last line of the"
        " output is JSON: briefings, delivered, mails."
    )
    nothing = SendCounts().as_dict()

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        return send_briefings(exchange=exchange, now=now).as_dict()
