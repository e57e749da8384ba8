"""Every write on escalation tickets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.tickets import workkinds
from escalations.tickets.configuration import find_route, routing_rules
from escalations.tickets.models import (
    ConsumerContact,
    ResolutionCode,
    TicketDetail,
    TicketType,
)
from portal.casework.common_acts import create_link
from portal.casework.machine import Refused
from portal.casework.models import Case, CaseLink, Note
from portal.casework.search import index_case
from portal.casework.services import Change, open_case, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization

#: The resolution code of a ticket whose consumer never answered.
NO_RESPONSE = "no-response"
_FREE_TEXT = ("summary", "consumer_name", "consumer_case_number", "consumer_phone")


def route(
    *, exchange: Exchange, ticket_type: TicketType, is_urgent: bool
) -> tuple[Organization | None, str]:
    """The queue the routing table names, and why; the first line that matches wins."""
    found = find_route(rules=routing_rules(exchange), ticket_type=ticket_type, is_urgent=is_urgent)
    return found.queue, found.why


@transaction.atomic
def open_ticket(
    *,
    actor: Actor,
    ticket_type: TicketType,
    summary: str,
    is_urgent: bool = False,
    queue: Organization | None = None,
    parent: Case | None = None,
    organization: Organization | None = None,
    facts: Mapping[str, Any] | None = None,
    source_feed: str = "",
    source_key: str = "",
    at: datetime | None = None,
    **consumer: str,
) -> Case:
    """Open a ticket, route it, and link it to the case it is work for.

    Args:
        queue: a unit chosen by a person; without one the routing table decides.
        organization: who outside the exchange brought it; default: who brought the parent.
        consumer: ``consumer_name``, ``consumer_case_number``, ``consumer_phone``,
            ``consumer_email``; all optional.

    Raises:
        NotAllowed: the actor may not open tickets (the system may).
        SsnRefused: a text holds a Social Security number.
        Refused: neither a queue nor a routing line is there.
    """
    if not actor.is_system:
        actor.require("tickets.open")
    texts = {"summary": require_text("summary", summary, "what the ticket is about"), **consumer}
    for name in _FREE_TEXT:
        if contains_ssn(texts.get(name, "")):
            raise SsnRefused("the " + name.replace("_", " "))
    why = "Chosen by hand."
    if queue is None:
        queue, why = route(exchange=actor.exchange, ticket_type=ticket_type, is_urgent=is_urgent)
        if queue is None:
            raise Refused(f"{why} Add a line, or choose the unit yourself.")
    work = workkinds.get(ticket_type.kind)
    case = open_case(
        actor=actor,
        kind_key=work.key,
        topic=ticket_type.key,
        queue=queue,
        organization=organization or (parent.organization if parent else None),
        is_urgent=is_urgent,
        at=at,
        notifies=["ticket.opened"],
        clock_effects=work.clocks(is_urgent=is_urgent),
        audience="internal",
        event_data={"type": ticket_type.key, "queue": queue.pk},
    )
    TicketDetail.objects.create(
        exchange=actor.exchange,
        case=case,
        ticket_type=ticket_type,
        routed_because=why,
        facts=dict(facts or {}),
        source_feed=source_feed,
        source_key=source_key,
        **texts,
    )
    if parent is not None:
        create_link(child=case, parent=parent, kind=CaseLink.Kind.CHILD)
    index_case(
        case=case,
        texts=[texts["summary"], texts.get("consumer_name", ""), ticket_type.label],
        identifiers=[
            texts.get("consumer_case_number", ""),
            texts.get("consumer_phone", ""),
            texts.get("consumer_email", ""),
            source_key,
        ],
    )
    if work.opened is not None:
        work.opened(case, actor)
        case.refresh_from_db()
    return case


def open_for_case(*, parent: Case, actor: Actor, queue: Organization, **data: Any) -> Case:
    """Open the ticket by which a division works a constituent case (EA-10, EA-11).

    The actor assigned the case; the ticket itself is opened by the exchange's system, since
    External Affairs does not own the division's work.
    """
    ticket_type, _ = TicketType.objects.get_or_create(
        exchange=actor.exchange,
        key="constituent-case",
        defaults={"label": "Constituent case from External Affairs"},
    )
    return open_ticket(
        actor=Actor.system(actor.exchange, channel=actor.channel),
        ticket_type=ticket_type,
        queue=queue,
        parent=parent,
        **data,
    )


def start_work(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """The owner begins; a linked constituent case goes into resolution."""

    def effect(case: Case) -> Change:
        if case.owner_id is None:
            raise Refused("Take this ticket first.")
        return Change()

    return perform(
        case=case, act_key="start", actor=actor, expected_version=expected_version, effect=effect
    )


def ask_consumer(
    *, case: Case, actor: Actor, missing: str, expected_version: int | None = None
) -> Case:
    """Ask the consumer for something; the unit's clock pauses and theirs runs."""
    missing = require_text("missing", missing, "what is missing")
    change = Change(note=missing, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key="ask_consumer",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def record_consumer_answer(
    *, case: Case, actor: Actor, answer: str, expected_version: int | None = None
) -> Case:
    """Record what the consumer answered; the unit's clock runs again."""
    answer = require_text("answer", answer, "what the consumer answered")
    change = Change(note=answer, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key="consumer_answered",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def record_contact(
    *,
    case: Case,
    actor: Actor,
    channel: str,
    outcome: str,
    summary: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Case:
    """Put a contact with the consumer on record (EA-12)."""
    summary = require_text("summary", summary, "what was said")
    if contains_ssn(summary):
        raise SsnRefused("the summary")
    at = at or timezone.now()
    if at > timezone.now():
        raise ValidationError({"at": "A contact cannot lie in the future."})

    def effect(case: Case) -> Change:
        ConsumerContact.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            at=at,
            channel=channel,
            outcome=outcome,
            summary=summary,
            recorded_by=actor.person,
        )
        return Change(event_data={"channel": channel, "outcome": outcome}, fields=["contacts"])

    return perform(case=case, act_key="record_contact", actor=actor, effect=effect)


def resolve_ticket(
    *,
    case: Case,
    actor: Actor,
    code: ResolutionCode,
    steps: str,
    expected_version: int | None = None,
) -> Case:
    """Resolve a ticket: how it ended and what was done.

    Raises:
        Refused: no contact with the consumer is on record yet (C.1 8).
    """
    steps = require_text("steps", steps, "the steps taken")
    if contains_ssn(steps):
        raise SsnRefused("the steps")

    def effect(case: Case) -> Change:
        if not case.contacts.exists():
            raise Refused("Record a contact with the consumer before you resolve this.")
        TicketDetail.objects.filter(case=case).update(resolution_code=code, resolution_steps=steps)
        return Change(event_data={"code": code.key}, fields=["resolution_code", "steps"])

    return perform(
        case=case, act_key="resolve", actor=actor, expected_version=expected_version, effect=effect
    )


def end_without_answer(
    *,
    case: Case,
    actor: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Case:
    """End a ticket whose consumer never answered; a timer does so after thirty business days."""

    def effect(case: Case) -> Change:
        codes = ResolutionCode.objects.filter(exchange_id=case.exchange_id)
        code = codes.filter(key=NO_RESPONSE).first()
        TicketDetail.objects.filter(case=case).update(
            resolution_code=code, resolution_steps="No answer came from the consumer."
        )
        return Change(event_data={"code": NO_RESPONSE}, fields=["resolution_code", "steps"])

    return perform(
        case=case,
        act_key="no_answer",
        actor=actor,
        at=at,
        expected_version=expected_version,
        effect=effect,
    )


def close_ticket(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Close a resolved ticket; a timer does so after five business days."""
    return perform(case=case, act_key="close", actor=actor, expected_version=expected_version)


def reopen_ticket(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take up a ticket again: same number, a new clock."""
    change = Change(note=require_text("reason", reason, "why it is reopened"))
    return perform(
        case=case,
        act_key="reopen",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def return_ticket(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Send a ticket back to whoever sent it: wrong unit, or not enough to work with."""
    change = Change(note=require_text("reason", reason, "why you return it"))
    return perform(
        case=case,
        act_key="return_ticket",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def cancel_ticket(
    *, case: Case, actor: Actor, reason: str = "", expected_version: int | None = None
) -> Case:
    """End a ticket without a result, e.g. because its constituent case was withdrawn."""
    change = Change(note=reason.strip())
    return perform(
        case=case,
        act_key="cancel",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def set_urgency(
    *, case: Case, actor: Actor, is_urgent: bool, expected_version: int | None = None
) -> Case:
    """Mark urgent, by anyone who works the ticket; take the mark off, by a lead (SC-15)."""

    def effect(case: Case) -> Change:
        if case.is_urgent == is_urgent:
            raise Refused("It is marked like that already.")
        return Change(columns={"is_urgent": is_urgent}, fields=["is_urgent"])

    return perform(
        case=case,
        act_key="set_urgent" if is_urgent else "clear_urgent",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
