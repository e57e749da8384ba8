"""Switch off accounts nobody has used for 60 days; prints counts as JSON last."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from portal.tenancy import dormancy
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = "Switch off accounts that nobody has used for 60 days (AC-2(3)); the daily task's twin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)

    def handle(self, *, now: datetime | None, **options: Any) -> None:
        with transaction.atomic():
            ended = dormancy.end_dormant_accounts(now=now or timezone.now())
        self.stdout.write(json.dumps({"switched_off": ended}))
