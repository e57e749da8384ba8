import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.channels.webhooks import WebhookCounts
from notifications.drain import DrainCounts
from notifications.mailer import MailCounts
from notifications.work import work_off
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now


class Command(BaseCommand):
    help = (
        "Turn waiting messages into bells, mails and events for webhooks, and send what is due."
        " Safe to repeat, to run twice at once and to be killed. The last line of the output is"
        " JSON: done, dropped, retried, parked, bells, mails, webhooks, sent, later, failed,"
        " uncertain, withheld, called, calls_later, calls_failed, calls_withheld."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)
        parser.add_argument("--exchange", help="slug of one exchange; default: every active one")
        parser.add_argument(
            "--limit", type=int, default=1_000, help="messages and mails per exchange (1000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        exchanges = Exchange.objects.filter(is_active=True)
        if slug := options["exchange"]:
            exchanges = exchanges.filter(slug=slug)
            if not exchanges:
                raise CommandError(f"There is no active exchange {slug}.")
        total = Counter(
            DrainCounts().as_dict() | MailCounts().as_dict() | WebhookCounts().as_dict()
        )
        for exchange in exchanges:
            now = options["now"] or timezone.now()
            total.update(work_off(exchange=exchange, now=now, limit=options["limit"]))
        self.stdout.write(json.dumps(dict(total)))
