import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.ledger.anchor import write_anchor
from portal.ledger.verify import verify_ledger
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Reckon every seal of the ledger anew and compare it with the anchors outside the"
        " database. Sound chains are anchored. The last line of the output is JSON: sound,"
        " exchanges. Ends with 1 when anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exchange", help="slug of one exchange; default: every one")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        exchanges = Exchange.objects.order_by("slug")
        if slug := options["exchange"]:
            exchanges = exchanges.filter(slug=slug)
            if not exchanges:
                raise CommandError(f"There is no exchange {slug}.")
        reports = []
        for exchange in exchanges:
            with use_exchange(exchange):
                report = verify_ledger(exchange=exchange)
                if report.is_sound:
                    write_anchor(exchange=exchange, at=options["now"] or timezone.now())
            reports.append(report)
            for problem in report.problems:
                self.stderr.write(f"{report.exchange} {problem}")
        sound = all(report.is_sound for report in reports)
        counts = {"sound": sound, "exchanges": [report.counts() for report in reports]}
        self.stdout.write(json.dumps(counts))
        if not sound:
            raise SystemExit(1)
