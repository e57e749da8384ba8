from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications.bells.closures import announce_closures
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand
from portal.tenancy.scope import use_exchange


class Command(RoundCommand):
    help = (
        "Announce by bell the closed days that are near (CLOSURE_NOTICE_DAYS), and those that"
        " changed after they were announced. Safe to repeat. The last line of the output is JSON:"
        " announced."
    )
    nothing = {"announced": 0}

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        with use_exchange(exchange):
            return {"announced": announce_closures(exchange=exchange, now=now)}
