"""A mailbox, and letters as our own mail server would hand them over."""

from __future__ import annotations

import itertools
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from notifications.inbound.filing import FileCounts, file_waiting
from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.services import receive_mail
from portal.casework.models import Case
from portal.tenancy.scope import use_exchange
from tests.world import NOW, World

ADDRESS = "externalaffairs@covered.example"
AUTHSERV = "mx.covered.example"
STAFF = "office.staff@covered-california.example"
_numbers = itertools.count()


def mailbox_of(world: World, **fields: Any) -> Mailbox:
    """The exchange's mailbox."""
    given = {"address": ADDRESS, "authserv_id": AUTHSERV} | fields
    return Mailbox.objects.create(exchange=world.exchange, **given)


def passed(sender: str, *, result: str = "pass", server: str = AUTHSERV) -> str:
    """What our server writes down about a sender's domain."""
    domain = sender.rpartition("@")[2]
    return f"{server}; spf=pass; dkim=pass; dmarc={result} (p=reject) header.from={domain}"


def letter(
    text: str = "No card has arrived.",
    *,
    sender: str = STAFF,
    to: str = ADDRESS,
    subject: str = "A constituent",
    result: str = "pass",
    files: dict[str, tuple[bytes, str]] | None = None,
    **headers: str,
) -> EmailMessage:
    """A mail of an office, checked by our server; ``headers`` with ``_`` for ``-``."""
    mail = EmailMessage()
    mail["Authentication-Results"] = passed(sender, result=result)
    mail["Received"] = "from relay.example by mx.covered.example"
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = "Wed, 05 Nov 2025 10:00:00 -0800"
    mail["Message-ID"] = f"<{next(_numbers)}@mail.example>"
    for name, value in headers.items():
        key = name.replace("_", "-")
        del mail[key]
        mail[key] = value
    mail.set_content(text)
    for name, (content, kind) in (files or {}).items():
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def take(world: World, mailbox: Mailbox, mail: EmailMessage | bytes) -> RawMail:
    """Hand a mail over; nobody has looked at it yet."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    world.enter()
    taken = receive_mail(mailbox=mailbox, content=content, door=RawMail.Door.OPERATOR, now=NOW)
    return taken.mail


def look(world: World, now: datetime = NOW) -> FileCounts:
    """One round of filing."""
    counts = file_waiting(exchange=world.exchange, now=now)
    world.enter()
    return counts


def take_and_look(world: World, mailbox: Mailbox, mail: EmailMessage | bytes) -> RawMail:
    """Hand a mail over and have it looked at."""
    taken = take(world, mailbox, mail)
    look(world)
    taken.refresh_from_db()
    return taken


def constituent_cases(world: World) -> list[Case]:
    with use_exchange(world.exchange):
        return list(Case.objects.filter(kind="constituent").order_by("pk"))
