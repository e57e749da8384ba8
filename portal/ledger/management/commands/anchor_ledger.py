import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.ledger.anchor import AnchorDamaged, write_anchor
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Write down the head of every exchange's ledger outside the database. The last line of"
        " the output is JSON: exchanges, anchored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"exchanges": 0, "anchored": 0}
        for exchange in Exchange.objects.order_by("slug"):
            counts["exchanges"] += 1
            with use_exchange(exchange):
                try:
                    anchor = write_anchor(exchange=exchange, at=options["now"] or timezone.now())
                except AnchorDamaged as damage:
                    raise CommandError(f"{exchange.slug}: {damage}") from damage
            counts["anchored"] += anchor is not None
        self.stdout.write(json.dumps(counts))
