"""Every write on a ticket once it is open; :mod:`escalations.tickets.opening` opens it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.tickets import workkinds
from escalations.tickets.fact_forms import PREFIX
from escalations.tickets.facts import (
    FactField,
    When,
    asked,
    clean_facts,
    read_fields,
)
from escalations.tickets.models import (
    ConsumerContact,
    ResolutionCode,
    TicketDetail,
)
from escalations.tickets.opening import open_for_case as open_for_case
from escalations.tickets.opening import open_ticket as open_ticket
from escalations.tickets.opening import reindex
from portal.casework.machine import Refused
from portal.casework.models import Case, Note
from portal.casework.services import Change, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor

#: The resolution code of a ticket whose consumer never answered.
NO_RESPONSE = "no-response"


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
