import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.mailbox.retention import ForgetCounts, forget_mailbox
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = (
        "Delete from the secure mailboxes what is older than each exchange keeps it: items, and"
        " conversations with their files, but none under a legal hold or about an open case. The"
        " worker does so every night. The last line of the output is JSON: items, conversations,"
        " files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)
        parser.add_argument("--exchange", help="slug of one exchange; default: every active one")

    def handle(self, *args: Any, **options: Any) -> None:
        exchanges = Exchange.objects.filter(is_active=True)
        if slug := options["exchange"]:
            exchanges = exchanges.filter(slug=slug)
            if not exchanges:
                raise CommandError(f"There is no active exchange {slug}.")
        now = options["now"] or timezone.now()
        total = Counter(ForgetCounts().as_dict())
        for exchange in exchanges:
            total.update(forget_mailbox(exchange=exchange, now=now).as_dict())
        self.stdout.write(json.dumps(dict(total)))
