"""Fill one exchange with a large invented population, to see how the portal carries it."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.scale.seeding import seed
from config.scale.shape import PROFILES
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now

_SIZES = (
    "cases",
    "consumers",
    "people",
    "agencies",
    "enrollers",
    "crw_cases",
    "largest_agency",
    "listings",
    "seed",
)


class Command(BaseCommand):
    """Seed staff, enrollers, consumers, renewals, cases, notes and clocks, set by set."""

    help = (
        "Add a large invented population to an exchange that seed_demo has founded. Each run adds"
        " another one. Writes no ledger rows and no files. The last line of the output is JSON:"
        " how many rows of each there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; sizes that are not given come from the profile."""
        parser.add_argument("--profile", choices=sorted(PROFILES), default="modest")
        parser.add_argument("--cases", type=int)
        parser.add_argument("--consumers", type=int)
        parser.add_argument("--people", type=int, help="the exchange's own staff")
        parser.add_argument("--agencies", type=int)
        parser.add_argument("--enrollers", type=int, help="agents of these agencies")
        parser.add_argument(
            "--crw-cases", type=int, help="renewal cases; at most the consumers with an enroller"
        )
        parser.add_argument(
            "--largest-agency", type=int, help="how many of them the largest agency has, about"
        )
        parser.add_argument("--listings", type=int, help="storefronts, agents and counselors")
        parser.add_argument("--exchange", default="covered-california", help="its slug")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same people")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and report.

        Raises:
            CommandError: there is no such exchange.
        """
        exchange = Exchange.objects.filter(slug=options["exchange"]).first()
        if exchange is None:
            raise CommandError(f"There is no exchange {options['exchange']}; run seed_demo first.")
        sizes = {name: options[name] for name in _SIZES}
        started = time.monotonic()
        counts = seed(
            exchange=exchange,
            shape=PROFILES[options["profile"]].with_sizes(**sizes),
            now=options["now"] or timezone.now(),
            say=lambda message: self.stderr.write(
                f"[{time.monotonic() - started:6.1f} s] {message}"
            ),
        )
        self.stdout.write(json.dumps(counts))
