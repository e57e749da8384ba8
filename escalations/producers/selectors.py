"""Reads of the producers room: whom somebody may escalate, what is open, who is known here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from escalations.producers.models import (
    EscalatedConsumer,
    EscalationType,
    HelpContact,
    ProducerLicense,
)
from escalations.producers.table import KIND
from escalations.tickets.models import TicketType
from portal.casework.models import Case
from portal.consumers.models import Consumer
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person

#: Rows of one search; whoever finds more is asked to say more.
MOST_FOUND: Final = 25
#: A search by name begins with this many letters.
FEWEST_LETTERS: Final = 2


def consumers_for(actor: Actor) -> QuerySet[Consumer]:
    """The consumers somebody may bring an issue of; nobody in particular may find none.

    A producer: those in the book of their agency, or of one below it. Whoever records calls: all
    of the exchange, since a producer may call about a consumer whose feed has not come yet.
    """
    rows = Consumer.objects.filter(exchange_id=actor.exchange_id).select_related("carrier")
    if actor.may("producers.record"):
        return rows
    if actor.may("producers.escalate"):
        return rows.filter(organization_id__in=actor.organization_ids)
    return rows.none()


def search_consumers(
    *, actor: Actor, text: str = "", carrier: Organization | None = None
) -> Sequence[Consumer]:
    """At most :data:`MOST_FOUND` consumers by part of a name, by Person ID, or of a carrier."""
    text = " ".join(text.split())
    if not text and carrier is None:
        return []
    rows = consumers_for(actor)
    if carrier is not None:
        rows = rows.filter(carrier=carrier)
    if text:
        by_name = Q(pk__in=[])
        if len(text) >= FEWEST_LETTERS or not text.isascii():
            by_name = Q()
            for word in text.split():
                by_name &= Q(full_name__icontains=word)
        rows = rows.filter(by_name | Q(person_id=text) | Q(case_number=text))
    return list(rows.order_by("full_name", "pk")[:MOST_FOUND])


def carriers_of(actor: Actor) -> QuerySet[Organization]:
    """The exchange's health plans, to search by (MD-22)."""
    rows = Organization.objects.filter(
        exchange_id=actor.exchange_id, kind=Organization.Kind.CARRIER, is_active=True
    )
    return rows.order_by("name")


def types_for(actor: Actor, *, is_commission: bool | None = None) -> QuerySet[TicketType]:
    """The types producers may choose from; of one way in, or of both."""
    rows = TicketType.objects.filter(
        exchange_id=actor.exchange_id, kind=KIND, is_active=True, escalation_type__isnull=False
    ).select_related("escalation_type")
    if is_commission is not None:
        rows = rows.filter(escalation_type__is_commission=is_commission)
    return rows.order_by("pk")


def commission_type(actor: Actor) -> TicketType | None:
    """The type behind the “$” button; None where the exchange has none."""
    return types_for(actor, is_commission=True).first()


def open_escalations_of(
    *, exchange_id: int, consumers: Collection[int], ticket_type: TicketType
) -> Mapping[int, Case]:
    """Consumer id → the oldest open escalation of the same type, whoever brought it (MD-03)."""
    rows = (
        EscalatedConsumer.objects.filter(
            exchange_id=exchange_id,
            consumer_id__in=consumers,
            case__is_open=True,
            case__kind=KIND,
            case__topic=ticket_type.key,
        )
        .select_related("case")
        .order_by("-case__opened_at", "-case_id")
    )
    return {row.consumer_id: row.case for row in rows}


def producer_with(*, exchange_id: int, npn: str) -> Person | None:
    """Whoever signs in here with this NPN and still works for an agency."""
    license_ = (
        ProducerLicense.objects.filter(exchange_id=exchange_id, npn=npn)
        .select_related("person")
        .first()
    )
    if license_ is None or agency_of(exchange_id=exchange_id, person=license_.person) is None:
        return None
    return license_.person


def agency_of(*, exchange_id: int, person: Person) -> Organization | None:
    """The agency or entity somebody works for now."""
    membership = (
        Membership.objects.current()
        .filter(
            exchange_id=exchange_id,
            person=person,
            role__actions__contains=["producers.view_own"],
        )
        .select_related("organization")
        .order_by("since", "pk")
        .first()
    )
    return membership.organization if membership else None


def npn_of(actor: Actor) -> str:
    """The actor's own NPN; empty when the exchange does not know it."""
    rows = ProducerLicense.objects.filter(exchange_id=actor.exchange_id, person=actor.person)
    return rows.values_list("npn", flat=True).first() or ""


def type_settings(case: Case) -> EscalationType | None:
    """What the type of an escalation is to producers."""
    return EscalationType.objects.filter(
        exchange_id=case.exchange_id, ticket_type__key=case.topic
    ).first()


def help_contacts(actor: Actor) -> list[HelpContact]:
    """Where producers of the exchange find help, in order (MD-04…MD-06)."""
    return list(HelpContact.objects.filter(exchange_id=actor.exchange_id))
