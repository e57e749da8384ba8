"""Switch off accounts nobody has used for 60 days; prints counts as JSON last."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from portal.tenancy import dormancy


class Command(BaseCommand):
    help = "Switch off accounts that nobody has used for 60 days (AC-2(3)); the daily task's twin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", type=datetime.fromisoformat, help="reckon as if at this instant (ISO 8601)"
        )

    def handle(self, *, now: datetime | None, **options: Any) -> None:
        now = now or timezone.now()
        if now.tzinfo is None:
            now = now.replace(tzinfo=UTC)
        with transaction.atomic():
            ended = dormancy.end_dormant_accounts(now=now)
        self.stdout.write(json.dumps({"switched_off": ended}))
