"""Setting up the mailbox, and saying which address stands for which office."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from notifications.inbound.models import Mailbox, OfficeSender
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

ACTION: Final = "inbound.configure"
#: What of a mailbox is set on its page; secrets are set by functions of their own.
FIELDS: Final = (
    "address",
    "is_active",
    "authserv_id",
    "received_above",
    "host",
    "port",
    "use_tls",
    "username",
    "folder",
    "done_folder",
    "retention_days",
)
#: What is said to a mail server as it stands.
_SPOKEN: Final = ("host", "username", "folder", "done_folder")
#: What decides who is told the password, and how.
_DESTINATION: Final = frozenset({"host", "port", "use_tls", "username"})
_VALUE: Final = re.compile(r"[!-?A-~]{0,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
#: Everybody can have an address there, so the domain stands for nobody.
_PUBLIC_DOMAINS: Final = frozenset(
    f"@{name}"
    for name in ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "aol.com")
)


@transaction.atomic
def save_mailbox(*, actor: Actor, values: Mapping[str, Any], password: str = "") -> Mailbox:
    """Set the exchange's mailbox up, or change it; an empty password changes none.

    A password goes to the server it was entered for and to no other: who names another server,
    another user or a line without TLS enters it again.

    Raises:
        NotAllowed: the actor does not set mailboxes up.
        ValidationError: a value is wrong, or the password is missing; names the field.
    """
    actor.require(ACTION)
    rows = Mailbox.objects.select_for_update().filter(exchange_id=actor.exchange_id)
    mailbox = rows.order_by("pk").first() or Mailbox(exchange=actor.exchange)
    before = (mailbox.host, mailbox.username, mailbox.folder)
    for name, text in [*((name, values[name]) for name in _SPOKEN), ("password", password)]:
        if not text.isprintable():
            # Each is a part of a line said to the server: what ends the line begins another.
            raise ValidationError({name: "Enter it on one line."})
    changed = [name for name in FIELDS if getattr(mailbox, name) != values[name]]
    for name in changed:
        setattr(mailbox, name, values[name])
    if (mailbox.host, mailbox.username, mailbox.folder) != before:
        # The numbers of another mailbox's mails mean nothing here.
        mailbox.uid_validity = mailbox.last_uid = 0
    if not mailbox.host:
        mailbox.password = ""
    if password:
        mailbox.password = password
        changed.append("password")
    elif mailbox.password and _DESTINATION & set(changed):
        raise ValidationError({"password": "Enter the password again: it goes elsewhere now."})
    mailbox.address = mailbox.address.strip().lower()
    mailbox.full_clean(exclude=["exchange"])
    mailbox.save()
    record(actor=actor, action=ACTION, fields=changed, data={"mailbox": mailbox.pk})
    return mailbox


@transaction.atomic
def renew_secret(*, actor: Actor, mailbox: Mailbox) -> str:
    """Make a new secret for the webhook, and return it; the old one counts no more.

    Raises:
        NotAllowed: the actor does not set mailboxes up.
        Mailbox.DoesNotExist: it is another exchange's.
    """
    actor.require(ACTION)
    rows = Mailbox.objects.select_for_update().filter(exchange_id=actor.exchange_id)
    mailbox = rows.get(pk=mailbox.pk)
    mailbox.webhook_secret = secrets.token_urlsafe(32)
    mailbox.save(update_fields=["webhook_secret"])
    record(actor=actor, action=ACTION, fields=["secret"], data={"mailbox": mailbox.pk})
    return mailbox.webhook_secret


@transaction.atomic
def add_sender(*, actor: Actor, office: Organization, value: str) -> OfficeSender:
    """Let mail from an address, or from a whole ``@domain``, stand for an office.

    Raises:
        NotAllowed: the actor does not set mailboxes up.
        ValidationError: no government office of the exchange, no address or domain, one that
            everybody can have, or one that is taken.
    """
    actor.require(ACTION)
    is_office = office.kind == Organization.Kind.GOVERNMENT_OFFICE
    if office.exchange_id != actor.exchange_id or not is_office:
        raise ValidationError({"office": "Choose a government office."})
    value = value.strip().lower()
    if not _VALUE.fullmatch(value) or len(value) > 254:
        raise ValidationError(
            {"value": "Enter an address, or a domain such as @assembly13.example."}
        )
    if value in _PUBLIC_DOMAINS:
        raise ValidationError({"value": "Everybody can have an address there. Enter one address."})
    try:
        with transaction.atomic():
            sender = OfficeSender.objects.create(
                exchange=actor.exchange, office=office, value=value, added_by=actor.person
            )
    except IntegrityError:
        raise ValidationError({"value": "This one stands for an office already."}) from None
    record(actor=actor, action=ACTION, fields=["senders"], data={"office": office.pk})
    return sender


@transaction.atomic
def remove_sender(*, actor: Actor, sender: OfficeSender) -> None:
    """Let an address or domain stand for its office no more; it counts from the next mail on.

    Raises:
        NotAllowed: the actor does not set mailboxes up.
        OfficeSender.DoesNotExist: it is another exchange's.
    """
    actor.require(ACTION)
    own = OfficeSender.objects.get(pk=sender.pk, exchange_id=actor.exchange_id)
    record(actor=actor, action=ACTION, fields=["senders"], data={"office": own.office_id})
    own.delete()
