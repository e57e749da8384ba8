from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications.mailbox.retention import ForgetCounts, forget_mailbox
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand


class Command(RoundCommand):
    help = (
        "Delete from the secure mailboxes what is older than each exchange keeps it: items, and"
        " conversations with their files, but none under a legal hold or about an open case. The"
        " worker does so every night. The last line of the output is JSON: items, conversations,"
        " files."
    )
    nothing = ForgetCounts().as_dict()

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        return forget_mailbox(exchange=exchange, now=now).as_dict()
