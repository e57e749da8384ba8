"""A case full of canaries, and a mail server that fails as told."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings

from escalations.constituent import services as constituent
from portal.casework.models import Case, OutboxMessage
from portal.tenancy.scope import use_exchange
from tests.world import NOW, World

#: Stand wherever personal data can stand; none may ever be seen outside.
CANARIES = {
    "description": "canary-description",
    "constituent_name": "Canary Nametoken",
    "case_or_application_id": "CANARYID77",
    "date_of_birth": date(1931, 7, 13),
    "phone": "916-555-0177",
    "email": "canary@inbox.example",
    "office_contact": "Canary Contactperson",
}
CANARY_TEXTS = [
    *(str(value) for value in CANARIES.values()),
    "July 13, 1931",
    "07/13/1931",
    "canary-note",
    "canary-reason",
]


def case_of_office(world: World, **fields: Any) -> Case:
    """A constituent case of the first office, sent in by its staff."""
    return constituent.submit_case(actor=world.actor("office.staff"), **(CANARIES | fields))


def message(world: World, key: str, case: Case | None = None, **fields: Any) -> OutboxMessage:
    """A waiting message, as an act would have written it."""
    number = OutboxMessage.objects.count()
    return OutboxMessage.objects.create(
        exchange=world.exchange,
        key=key,
        case=case,
        dedupe_key=f"test:{key}:{number}",
        created_at=NOW,
        next_attempt_at=NOW,
        **fields,
    )


def forget_messages(world: World) -> None:
    """Start from an empty outbox."""
    with use_exchange(world.exchange):
        OutboxMessage.objects.all().delete()


@dataclass
class Sink:
    """Keeps every mail it accepted; ``mode`` says how it fails."""

    mode: str = "accept"
    accepted: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    #: Set, a mail's content waits for its answer until :attr:`may_answer` is; :attr:`is_asked` says
    #: that one does.
    holds: bool = False
    is_asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.accepted]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.connections += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        match self.mode:
            case "busy":
                return "451 Not now"
            case "refuse":
                return "550 No such mailbox"
            case "hang up early":
                server.transport.abort()
                return "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "refuse content":
            return "554 Not this"
        self.accepted.append(email.message_from_bytes(envelope.content, policy=default))
        self.recipients += envelope.rcpt_tos
        if self.mode == "hang up late":
            server.transport.abort()
        elif self.mode == "fall silent":
            await asyncio.Event().wait()
        if self.holds:
            self.is_asked.set()
            await asyncio.to_thread(self.may_answer.wait, 30)
        return {"mumble": "Well then", "accept otherwise": "252 Taken"}.get(self.mode, "250 OK")


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A mail server on a free port of this machine, and the settings that lead to it."""
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=2):
            yield sink
    finally:
        controller.stop()
