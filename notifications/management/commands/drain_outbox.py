from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications.channels.webhooks import WebhookCounts
from notifications.drain import DrainCounts
from notifications.mailer import MailCounts
from notifications.work import work_off
from portal.tenancy.models import Exchange
from portal.tenancy.round_command import RoundCommand


class Command(RoundCommand):
    help = (
        "Turn waiting messages into bells, mails and events for webhooks, and send what is due."
        " Safe to repeat, to run twice at once and to be killed. The last line of the output is"
        " JSON: done, dropped, retried, parked, bells, mails, webhooks, sent, later, failed,"
        " uncertain, withheld, called, calls_later, calls_failed, calls_withheld."
    )
    nothing = DrainCounts().as_dict() | MailCounts().as_dict() | WebhookCounts().as_dict()

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--limit", type=int, default=1_000, help="messages and mails per exchange (1000)"
        )

    def round(
        self, exchange: Exchange, now: datetime, options: Mapping[str, Any]
    ) -> dict[str, int]:
        return work_off(exchange=exchange, now=now, limit=options["limit"])
