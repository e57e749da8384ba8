import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.bells.closures import announce_closures
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Announce by bell the closed days that are near (CLOSURE_NOTICE_DAYS), and those that"
        " changed after they were announced. Safe to repeat. The last line of the output is JSON:"
        " announced."
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
        announced = 0
        for exchange in exchanges:
            with use_exchange(exchange):
                now = options["now"] or timezone.now()
                announced += announce_closures(exchange=exchange, now=now)
        self.stdout.write(json.dumps({"announced": announced}))
