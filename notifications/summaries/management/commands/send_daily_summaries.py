import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.summaries.making import SummaryCounts, make_summaries
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = (
        "Make the daily summaries that are due and not yet made: into the mailbox, with a mail that"
        " says so. Days that were missed are made up for, at most 14. Safe to repeat, to run twice"
        " at once and to be killed. The last line of the output is JSON: how many of each of the"
        " four subjects, days, alerts, late."
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
        total = Counter(SummaryCounts().as_dict())
        for exchange in exchanges:
            counts = make_summaries(exchange=exchange, now=options["now"] or timezone.now())
            total.update(counts.as_dict())
        self.stdout.write(json.dumps(dict(total)))
