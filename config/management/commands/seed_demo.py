"""Put the demonstration into the database, or bring it up to date."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo.founding import found_exchanges
from config.services import secret


class Command(BaseCommand):
    """Found the demonstration; a second run adds only what is missing."""

    help = (
        "Found three exchanges with invented organizations, people and cases. Safe to repeat:"
        " what is there stays, and the accounts get the current demonstration password."
        " The last line of the output is JSON: how many rows of each there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--now",
            type=_instant,
            help="the demonstration's present, ISO 8601 with offset; default: now",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and report."""
        self._started = time.monotonic()
        exchanges = found_exchanges(password=secret("demo_password"), say=self._say)
        self.stdout.write(json.dumps({"exchanges": len(exchanges)}))

    def _say(self, message: str) -> None:
        elapsed = time.monotonic() - self._started
        self.stderr.write(f"[{elapsed:5.1f} s] {message}")


def _instant(text: str) -> datetime:
    """Read the option; argparse reports the error in its own words."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("The instant needs an offset, such as 2026-01-31T08:00:00-08:00.")
    return moment.astimezone(timezone.get_fixed_timezone(0))
