import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.casework.sweep import SweepCounts, sweep_timers
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = (
        "Raise every warning and breach that is due, and perform the acts the system has"
        " appointments for. Safe to repeat and to run twice at once. The last line of the output"
        " is JSON: warnings, breaches, acts, failed_acts."
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
        total = Counter(SweepCounts().as_dict())
        for exchange in exchanges:
            counts = sweep_timers(exchange=exchange, now=options["now"] or timezone.now())
            total.update(counts.as_dict())
        self.stdout.write(json.dumps(dict(total)))
