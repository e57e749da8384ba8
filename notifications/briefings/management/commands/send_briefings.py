import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.briefings.sending import SendCounts, send_briefings
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = (
        "Send the alerts and briefings whose time has come: into mailboxes, with mails for the"
        " mailer. Safe to repeat, to run twice at once and to be killed. The last line of the"
        " output is JSON: briefings, delivered, mails."
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
        total = Counter(SendCounts().as_dict())
        for exchange in exchanges:
            counts = send_briefings(exchange=exchange, now=options["now"] or timezone.now())
            total.update(counts.as_dict())
        self.stdout.write(json.dumps(dict(total)))
