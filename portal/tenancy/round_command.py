"""Commands that do their work in one exchange after the other, as the schedule does."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class RoundCommand(BaseCommand):
    """Goes round the active exchanges, or to one; prints what all rounds counted, as JSON, last."""

    #: What is counted, each at zero: a round that finds no exchange prints them too.
    nothing: Mapping[str, int]

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)
        parser.add_argument("--exchange", help="slug of one exchange; default: every active one")

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        """Do the work of one exchange at ``now`` (UTC), in its own transactions; what was done."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        exchanges = Exchange.objects.filter(is_active=True)
        if slug := options["exchange"]:
            exchanges = exchanges.filter(slug=slug)
            if not exchanges:
                raise CommandError(f"There is no active exchange {slug}.")
        total = Counter(self.nothing)
        for exchange in exchanges:
            total.update(self.round(exchange, options["now"] or timezone.now(), options))
        self.stdout.write(json.dumps(dict(total)))
        self.conclude(total)

    def conclude(self, total: Mapping[str, int]) -> None:
        """Say after the counts what they mean for the exit status.

        Raises:
            CommandError: something failed, so the status is not 0.
        """
