import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.inbound.filing import FileCounts, file_waiting
from notifications.inbound.imap import FetchCounts, fetch_exchange
from notifications.inbound.retention import forget_originals
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Fetch new mail from the mail servers, file what is certain, hold the rest for a person,"
        " and forget old originals. Safe to repeat, to run twice at once and to be killed. The"
        " last line of the output is JSON: mailboxes, fetched, known, failed, filed, held,"
        " ignored, retried, forgotten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)
        parser.add_argument("--exchange", help="slug of one exchange; default: every active one")
        parser.add_argument("--limit", type=int, default=500, help="mails of each mailbox (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        exchanges = Exchange.objects.filter(is_active=True)
        if slug := options["exchange"]:
            exchanges = exchanges.filter(slug=slug)
            if not exchanges:
                raise CommandError(f"There is no active exchange {slug}.")
        total = Counter(FetchCounts().as_dict() | FileCounts().as_dict() | {"forgotten": 0})
        limit = options["limit"]
        for exchange in exchanges:
            now = options["now"] or timezone.now()
            total.update(fetch_exchange(exchange=exchange, now=now, limit=limit).as_dict())
            total.update(file_waiting(exchange=exchange, now=now, limit=limit).as_dict())
            with use_exchange(exchange):
                total["forgotten"] += forget_originals(exchange=exchange, now=now)
        self.stdout.write(json.dumps(dict(total)))
        if total["failed"]:
            raise CommandError(f"{total['failed']} mail server(s) could not be read.")
