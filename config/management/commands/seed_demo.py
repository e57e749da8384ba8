"""Put the demonstration into the database, or bring it up to date."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo.briefings import send_last_weeks
from config.demo.cases import count_rows, found_cases, is_complete
from config.demo.clock import movable_clock
from config.demo.feeds import import_mirror
from config.demo.founding import found_exchanges
from config.demo.papers import Papers
from config.demo.summaries import make_last_days
from config.services import secret
from portal.casework.sweep import sweep_timers
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    """Found the demonstration; a second run adds only what is missing."""

    help = (
        "Found three exchanges with invented organizations, people and cases. Safe to repeat:"
        " what is there stays, and the accounts get the current demonstration password."
        " The last line of the output is JSON: how many rows of each there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and report."""
        self._started = time.monotonic()
        exchanges = found_exchanges(password=secret("demo_password"), say=self._say)
        self._play_stories(exchanges, options["now"] or timezone.now())
        self.stdout.write(json.dumps(count_rows(exchanges)))

    def _play_stories(self, exchanges: list[Exchange], now: datetime) -> None:
        """Play what has not been played yet; then let time pass up to now."""
        for exchange in exchanges:
            if consumers := import_mirror(exchange=exchange, now=now):
                self._say(f"{exchange.name}: {consumers} consumers imported")
        if all(is_complete(exchange) for exchange in exchanges):
            return
        papers = Papers.prepare()
        for exchange in exchanges:
            with movable_clock(now) as clock, use_exchange(exchange):
                cases = found_cases(exchange=exchange, now=now, clock=clock, papers=papers)
            sweep_timers(exchange=exchange, now=now)
            make_last_days(exchange=exchange, now=now)
            send_last_weeks(exchange=exchange, now=now)
            self._say(f"{exchange.name}: {cases} stories played")

    def _say(self, message: str) -> None:
        elapsed = time.monotonic() - self._started
        self.stderr.write(f"[{elapsed:5.1f} s] {message}")
