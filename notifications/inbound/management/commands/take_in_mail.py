import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.inbound.filing import FileCounts, file_waiting
from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.services import receive_mail
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Take in mails kept in files (.eml), as if they had been fetched, and file what is certain."
        " A mail that is kept already is not taken twice. The last line of the output is JSON:"
        " taken, known, filed, held, ignored, retried."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_now(parser)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="one mail each")
        parser.add_argument("--exchange", required=True, help="slug of the exchange")
        parser.add_argument("--mailbox", help="address of its mailbox; default: the only one")

    def handle(self, *args: Any, **options: Any) -> None:
        exchange = Exchange.objects.filter(slug=options["exchange"], is_active=True).first()
        if exchange is None:
            raise CommandError(f"There is no active exchange {options['exchange']}.")
        now = options["now"] or timezone.now()
        contents = [self._read(path) for path in options["files"]]
        counts = {"taken": 0, "known": 0} | FileCounts().as_dict()
        mailbox = self._mailbox(exchange, options["mailbox"])
        for content in contents:
            with use_exchange(exchange):
                taken = receive_mail(
                    mailbox=mailbox, content=content, door=RawMail.Door.OPERATOR, now=now
                )
            counts["taken" if taken.is_new else "known"] += 1
        counts |= file_waiting(exchange=exchange, now=now).as_dict()
        self.stdout.write(json.dumps(counts))

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None

    def _mailbox(self, exchange: Exchange, address: str | None) -> Mailbox:
        with use_exchange(exchange):
            rows = Mailbox.objects.filter(exchange=exchange, is_active=True)
            found = list(rows.filter(address__iexact=address) if address else rows)
        if len(found) != 1:
            raise CommandError("Name one mailbox of the exchange with --mailbox.")
        return found[0]
