"""Writes on what an exchange configures for its producers. Each is a transaction with a ledger row.

Types of ticket and their routing are the tickets' own configuration; here is what producers see of
them, where they find help, and who has which NPN.
"""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from escalations.producers import selectors
from escalations.producers.models import EscalationType, HelpContact, ProducerLicense
from escalations.producers.table import KIND
from escalations.tickets.models import TicketType
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person

ACTION = "producers.configure"


@transaction.atomic
def set_type(
    *, actor: Actor, ticket_type: TicketType, mail_label: str, is_commission: bool = False
) -> EscalationType:
    """Offer a type of ticket to producers, or change how it is offered.

    Raises:
        NotAllowed: the actor may not configure.
        ValidationError: the type is worked as another kind, the label is empty or would break
            the mail's subject, or another type is the commission type; names the field.
    """
    _require(actor)
    if ticket_type.kind != KIND:
        raise ValidationError(
            {"ticket_type": "Choose a type that is worked as a producer's escalation."}
        )
    if re.search(r"[{}\r\n]", mail_label):
        raise ValidationError({"mail_label": "Use one line without braces."})
    others = EscalationType.objects.filter(exchange=actor.exchange, is_commission=True)
    if is_commission and others.exclude(ticket_type=ticket_type).exists():
        raise ValidationError({"is_commission": "Another type is the commission type."})
    row = EscalationType.objects.filter(ticket_type=ticket_type).first() or EscalationType(
        exchange=actor.exchange, ticket_type=ticket_type
    )
    row.mail_label, row.is_commission = mail_label.strip(), is_commission
    row.full_clean()
    row.save()
    record(actor=actor, action="producers.type_set", data={"type": ticket_type.pk})
    return row


@transaction.atomic
def set_contact(
    *,
    actor: Actor,
    name: str,
    helps_with: str,
    position: int = 1,
    topics: Sequence[str] = (),
    not_for: str = "",
    email: str = "",
    phone: str = "",
    caution: str = "",
    contact: HelpContact | None = None,
) -> HelpContact:
    """Add a place where producers find help, or change one.

    Raises:
        NotAllowed: the actor may not configure.
        ValidationError: the name is empty, or it can be reached neither by email nor by
            telephone; names the field.
    """
    _require(actor)
    if not (email or phone):
        raise ValidationError({"email": "Enter an email address or a telephone number."})
    row = contact or HelpContact(exchange=actor.exchange)
    row.name, row.helps_with, row.position = name.strip(), helps_with.strip(), position
    row.topics, row.not_for = list(topics), not_for.strip()
    row.email, row.phone, row.caution = email.strip(), phone.strip(), caution.strip()
    row.full_clean()
    row.save()
    record(actor=actor, action="producers.contact_set", data={"contact": row.pk})
    return row


@transaction.atomic
def set_license(
    *, actor: Actor, person: Person, npn: str, license_: ProducerLicense | None = None
) -> ProducerLicense:
    """Note which NPN somebody of an agency has, so that calls of theirs find them.

    Raises:
        NotAllowed: the actor may not configure.
        ValidationError: no NPN, one that is taken, or a person of no agency; names the field.
    """
    _require(actor)
    if not re.fullmatch(r"\d{1,10}", npn.strip()):
        raise ValidationError({"npn": "Enter an NPN: up to ten digits."})
    if selectors.agency_of(exchange_id=actor.exchange_id, person=person) is None:
        raise ValidationError({"person": "Choose somebody who works for an agency here."})
    row = license_ or ProducerLicense(exchange=actor.exchange)
    row.person, row.npn = person, npn.strip()
    row.full_clean()
    row.save()
    record(actor=actor, action="producers.license_set", data={"license": row.pk})
    return row


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(ACTION)
