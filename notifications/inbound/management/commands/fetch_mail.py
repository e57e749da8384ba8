from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from notifications.inbound.filing import FileCounts, file_waiting
from notifications.inbound.imap import FetchCounts, fetch_exchange
from notifications.inbound.retention import forget_originals
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand
from portal.tenancy.scope import use_exchange


class Command(RoundCommand):
    help = (
        "Fetch new mail from the mail servers, file what is certain, hold the rest for a person,"
        " and forget old originals. Safe to repeat, to run twice at once and to be killed. The"
        " last line of the output is JSON: mailboxes, fetched, known, failed, filed, held,"
        " ignored, retried, forgotten."
    )
    nothing = FetchCounts().as_dict() | FileCounts().as_dict() | {"forgotten": 0}

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--limit", type=int, default=500, help="mails of each mailbox (500)")

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        limit = options["limit"]
        fetched = fetch_exchange(exchange=exchange, now=now, limit=limit).as_dict()
        filed = file_waiting(exchange=exchange, now=now, limit=limit).as_dict()
        with use_exchange(exchange):
            forgotten = forget_originals(exchange=exchange, now=now)
        return fetched | filed | {"forgotten": forgotten}

    def conclude(self, total: Mapping[str, int]) -> None:
        if total["failed"]:
            raise CommandError(f"{total['failed']} mail server(s) could not be read.")
