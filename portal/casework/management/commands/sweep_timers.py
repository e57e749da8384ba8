from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.casework.sweep import SweepCounts, sweep_timers
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand


class Command(RoundCommand):
    help = (
        "Raise every warning and breach that is due, and perform the acts the system has"
        " appointments for. Safe to repeat and to run twice at once. The last line of the output"
        " is JSON: warnings, breaches, acts, failed_acts."
    )
    nothing = SweepCounts().as_dict()

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        return sweep_timers(exchange=exchange, now=now).as_dict()
