"""Every write on escalation tickets."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.tickets import workkinds
from escalations.tickets.assignment import assign_by_rule
from escalations.tickets.configuration import Route, find_route, routing_rules
from escalations.tickets.enrollers import check_enroller
from escalations.tickets.fact_forms import PREFIX
from escalations.tickets.facts import (
    FactField,
    When,
    asked,
    clean_facts,
    read_fields,
    searchable_facts,
)
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
from portal.tenancy.models import Exchange, Membership, Organization

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
    enroller: Membership | None = None,
    language: str = "",
    source_feed: str = "",
    source_key: str = "",
    at: datetime | None = None,
    by_own_room: bool = False,
    **consumer: str,
) -> Case:
    """Open a ticket, route it, and link it to the case it is work for.

    Args:
        queue: a unit chosen by a person; without one the routing table decides.
        organization: who outside the exchange brought it; default: the enroller's, or whoever
            brought the parent.
        facts: values of the type's own fields, by key (:mod:`escalations.tickets.facts`).
        enroller: the enroller who called about it: sees where it stands, and is told (ES-03).
        language: what the consumer speaks; lines of the routing table may ask for it.
        consumer: ``consumer_name``, ``consumer_case_number``, ``consumer_phone``,
            ``consumer_email``; all optional.
        by_own_room: the opener of the kind's own room asks, which has checked what the kind needs.

    Raises:
        NotAllowed: the actor may not open tickets (the system may).
        SsnRefused: a text holds a Social Security number.
        ValidationError: a fact is missing or wrong, or the enroller is none; by field.
        Refused: neither a queue nor a routing line is there, or the kind is opened elsewhere.
    """
    if not actor.is_system:
        actor.require("tickets.open")
    work = workkinds.get(ticket_type.kind)
    if work.opened_elsewhere and not by_own_room:
        raise Refused(
            f"A {work.label.lower()} is not opened as a ticket. It has a page, and an address of"
            " the API, of its own."
        )
    if enroller is not None:
        check_enroller(enroller, actor=actor)
        organization = organization or enroller.organization
    texts = {"summary": require_text("summary", summary, "what the ticket is about"), **consumer}
    for name in _FREE_TEXT:
        if contains_ssn(texts.get(name, "")):
            raise SsnRefused("the " + name.replace("_", " "))
    fields = read_fields(ticket_type.fields)
    if not actor.is_system:  # a feed, or a division's work for a case, brings what it has
        facts = clean_facts(asked(fields, When.OPENING), facts or {}, prefix=PREFIX)
    route = Route(queue, "Chosen by hand.")
    if queue is None:
        route = find_route(
            rules=routing_rules(actor.exchange),
            ticket_type=ticket_type,
            is_urgent=is_urgent,
            language=language,
        )
        if route.queue is None:
            raise Refused(f"{route.why} Add a line, or choose the unit yourself.")
        queue = route.queue
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
        audience="status" if enroller else "internal",
        event_data={"type": ticket_type.key, "queue": queue.pk},
    )
    detail = TicketDetail.objects.create(
        exchange=actor.exchange,
        case=case,
        ticket_type=ticket_type,
        routed_because=route.why,
        routing_trail=route.trail,
        facts=dict(facts or {}),
        enroller=enroller.person if enroller else None,
        language=language.strip(),
        source_feed=source_feed,
        source_key=source_key,
        **texts,
    )
    if parent is not None:
        create_link(child=case, parent=parent, kind=CaseLink.Kind.CHILD)
    reindex(detail)
    if work.opened is not None:
        work.opened(case, actor)
        case.refresh_from_db()
    if route.rule is not None and route.rule.auto_assign:
        case = assign_by_rule(case=case, rule=route.rule)
    return case


def reindex(detail: TicketDetail, *, identifiers: Iterable[str] = ()) -> None:
    """Keep what a ticket can be found by, after its details changed."""
    fields = read_fields(detail.ticket_type.fields)
    index_case(
        case=detail.case,
        texts=[
            detail.summary,
            detail.consumer_name,
            detail.ticket_type.label,
            *searchable_facts(fields, detail.facts),
        ],
        identifiers=[
            detail.consumer_case_number,
            detail.consumer_phone,
            detail.consumer_email,
            detail.source_key,
            *identifiers,
        ],
    )


def editable_fields(detail: TicketDetail) -> list[FactField]:
    """The fields of a ticket that can be edited; what is asked at its end only once it is told."""
    fields = read_fields(detail.ticket_type.fields)
    return [f for f in fields if f.when is When.OPENING or f.key in detail.facts]


def edit_facts(
    *,
    case: Case,
    actor: Actor,
    facts: Mapping[str, Any],
    expected_version: int | None = None,
) -> Case:
    """Change a ticket's facts; the ledger names the fields, never their values.

    Raises:
        Refused: its type asks for none.
        ValidationError: a fact is missing or wrong; by field.
    """

    def effect(case: Case) -> Change:
        detail = TicketDetail.objects.select_related("ticket_type").get(case=case)
        begun = editable_fields(detail)
        if not begun:
            raise Refused("This type of ticket has no facts of its own.")
        wanted = clean_facts(begun, facts, prefix=PREFIX)
        kept = {key: value for key, value in detail.facts.items() if key not in _keys(begun)}
        wanted = {**kept, **wanted}
        keys = {*wanted, *detail.facts}
        changed = sorted(key for key in keys if wanted.get(key) != detail.facts.get(key))
        detail.facts = wanted
        detail.save(update_fields=["facts"])
        reindex(detail)
        return Change(event_data={"facts": changed}, fields=[f"facts.{key}" for key in changed])

    return perform(
        case=case,
        act_key="edit_facts",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


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


def take_step(
    *,
    case: Case,
    actor: Actor,
    act_key: str,
    reason: str | None = None,
    expected_version: int | None = None,
) -> Case:
    """A step of a kind's own that changes the status and nothing else; with a reason, or none."""
    change = Change()
    if reason is not None:
        change = Change(note=require_text("reason", reason, "a reason"))
    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def _ask(
    *,
    act_key: str,
    case: Case,
    actor: Actor,
    missing: str,
    expected_version: int | None = None,
) -> Case:
    missing = require_text("missing", missing, "what is missing")
    change = Change(note=missing, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def _answered(
    *,
    act_key: str,
    case: Case,
    actor: Actor,
    answer: str,
    expected_version: int | None = None,
) -> Case:
    answer = require_text("answer", answer, "the answer")
    change = Change(note=answer, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


#: Ask the consumer, or the enroller, for something named; their clock runs until they answer.
ask_consumer = partial(_ask, act_key="ask_consumer")
ask_enroller = partial(_ask, act_key="ask_enroller")
#: Record what they answered; the unit's clock runs again.
record_consumer_answer = partial(_answered, act_key="consumer_answered")
record_enroller_answer = partial(_answered, act_key="enroller_answered")


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
        counts = outcome != ConsumerContact.Outcome.NO_ANSWER
        return Change(
            event_data={"channel": channel, "outcome": outcome},
            fields=["contacts"],
            clocks=workkinds.get(case.kind).on_contact if counts else (),
        )

    return perform(case=case, act_key="record_contact", actor=actor, effect=effect)


def end_work(
    *,
    case: Case,
    actor: Actor,
    act_key: str,
    steps: str,
    code: ResolutionCode | None = None,
    facts: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Case:
    """Record how the work on a ticket ended and what was done.

    Args:
        act_key: the act of one of the kind's outcomes.
        code: how it ended, where the outcome's status does not say it.
        facts: those the type asks for at the end, e.g. whether the verification is cleared.

    Raises:
        Refused: no contact with the consumer is on record yet, where one is needed (C.1 8).
        ValidationError: code, steps or a fact is missing or wrong; by field.
    """
    steps = require_text("steps", steps, "the steps taken")
    if contains_ssn(steps):
        raise SsnRefused("the steps")

    def effect(case: Case) -> Change:
        outcome = workkinds.get(case.kind).outcome_of(act_key)
        if outcome.needs_contact and not case.contacts.exists():
            raise Refused("Record a contact with the consumer before you resolve this.")
        if outcome.takes_code and code is None:
            raise ValidationError({"code": "Choose a resolution code."})
        detail = TicketDetail.objects.select_related("ticket_type").get(case=case)
        fields = asked(read_fields(detail.ticket_type.fields), When.RESOLVING)
        known = {key: value for key, value in detail.facts.items() if key in _keys(fields)}
        told = clean_facts(fields, {**known, **(facts or {})}, prefix=PREFIX)
        detail.facts = {**detail.facts, **told}
        detail.resolution_code, detail.resolution_steps = code, steps
        detail.save(update_fields=["facts", "resolution_code", "resolution_steps"])
        return Change(
            event_data={"code": code.key} if code else {},
            fields=["resolution_code", "steps", *(f"facts.{key}" for key in sorted(told))],
        )

    return perform(
        case=case, act_key=act_key, actor=actor, expected_version=expected_version, effect=effect
    )


#: Resolve a ticket: code, steps, and what its type asks for at the end.
resolve_ticket = partial(end_work, act_key="resolve")


def _keys(fields: Iterable[FactField]) -> set[str]:
    return {key for field in fields for key in (field.key, field.reason_key)}


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
    reason = require_text("reason", reason, "why it is reopened")

    def effect(case: Case) -> Change:
        more = workkinds.get(case.kind).on_reopening
        return Change(note=reason, clocks=more(case) if more else ())

    return perform(
        case=case, act_key="reopen", actor=actor, expected_version=expected_version, effect=effect
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
        clocks = workkinds.get(case.kind).on_urgency
        return Change(
            columns={"is_urgent": is_urgent},
            fields=["is_urgent"],
            clocks=clocks(case, is_urgent) if clocks else (),
        )

    return perform(
        case=case,
        act_key="set_urgent" if is_urgent else "clear_urgent",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
