"""Every write on members' cases: opening, moving between tiers, waiting, resolving (C.9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from escalations.tickets import services as tickets
from escalations.tickets.models import (
    ConsumerContact,
    ResolutionCode,
    TicketDetail,
    TicketType,
)
from escalations.tiers.clocks import runs, start, start_type_clocks
from escalations.tiers.handoffs import Contents, checked, write_handoff
from escalations.tiers.models import MemberDetail, TierUnit
from escalations.tiers.table import EMAIL, KIND, RESEARCH, Tier, tier_of
from portal.casework.common_acts import assignable_people
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case, Note
from portal.casework.services import Change, machine_of, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person

Channel = MemberDetail.Channel


@transaction.atomic
def open_member_case(
    *,
    actor: Actor,
    ticket_type: TicketType,
    summary: str,
    channel: str = Channel.VOICE,
    employer: Organization | None = None,
    brought_by_employer: bool = False,
    **member: Any,
) -> Case:
    """Open a case, or an appeal, for a member (CC-08, CC-09, CC-18).

    Args:
        ticket_type: decides by its kind whether it is a case of the tiers or an appeal.
        channel: a value of ``MemberDetail.Channel``; an email starts the clock of its answer.
        employer: the member's company.
        brought_by_employer: whether the company brought the case and may see where it stands;
            ignored for appeals, which are never shown to an employer.
        member: ``consumer_name``, ``consumer_case_number`` (the member's number),
            ``consumer_phone``, ``consumer_email``; all optional.

    Raises:
        NotAllowed: the actor may not open members' cases.
        SsnRefused: a text holds a Social Security number.
        Refused: the routing table names no unit for the type.
    """
    if not actor.is_system:
        actor.require("tiers.open")
    shows_employer = brought_by_employer and ticket_type.kind == KIND
    case = tickets.open_ticket(
        actor=actor,
        ticket_type=ticket_type,
        summary=summary,
        organization=employer if shows_employer else None,
        by_own_room=True,
        **member,
    )
    MemberDetail.objects.filter(case=case).update(channel=channel, employer=employer)
    if channel == Channel.EMAIL and case.kind == KIND:
        start(case=case, policy_keys=[EMAIL])
    return case


def place_new_case(case: Case, actor: Actor) -> None:
    """Hand a new case to the tier its type belongs to, and start its type's clocks.

    The routing table may send a type straight to a higher tier (CC-18: regulatory inquiries and
    legal referrals are Tier 3's); the move is made at once, with a note that says so.
    """
    MemberDetail.objects.create(exchange_id=case.exchange_id, case=case)
    start_type_clocks(case=case)
    tier = TierUnit.objects.filter(exchange_id=case.exchange_id, queue_id=case.queue_id).first()
    if tier is None or tier.tier == 1:
        return
    routed = TicketDetail.objects.get(case=case).routed_because
    _move(
        case=case,
        actor=Actor.system(actor.exchange, channel=actor.channel),
        act_key=f"escalate_tier_{tier.tier}",
        contents=checked(
            rationale=routed or "This type of case is worked at this tier.",
            documents_text="None",
            took_place_at=case.opened_at,
        ),
        at=case.opened_at,
    )


def unit_of(exchange_id: int, tier: int) -> Organization:
    """The unit whose queue holds the cases of a tier.

    Raises:
        Refused: the exchange has not set one.
    """
    row = TierUnit.objects.filter(exchange_id=exchange_id, tier=tier).select_related("queue")
    if (found := row.first()) is None:
        raise Refused(f"No unit is set for Tier {tier}. An administrator can set it.")
    return found.queue


def escalate(
    *,
    case: Case,
    actor: Actor,
    to_tier: int,
    rationale: str,
    took_place_at: datetime | None,
    documents: Iterable[Attachment] = (),
    documents_text: str = "",
    expected_version: int | None = None,
) -> Case:
    """Move a case up to Tier 2 or 3: into that tier's queue, with the mandatory note (CC-18).

    Raises:
        ValidationError: one of the note's three contents is missing (CC-19).
        Refused: the case stands elsewhere, or the tier has no unit.
    """
    contents = checked(
        rationale=rationale,
        took_place_at=took_place_at,
        documents=documents,
        documents_text=documents_text,
    )
    return _move(
        case=case,
        actor=actor,
        act_key=f"escalate_tier_{to_tier}",
        contents=contents,
        expected_version=expected_version,
    )


def lower(
    *,
    case: Case,
    actor: Actor,
    to_tier: int,
    rationale: str,
    took_place_at: datetime | None,
    documents: Iterable[Attachment] = (),
    documents_text: str = "",
    expected_version: int | None = None,
) -> Case:
    """Send a case back to the tier below; its case manager, if any, is let go.

    Raises:
        Refused: the actor is neither a lead nor works at the tier that has the case.
        ValidationError: one of the note's three contents is missing (CC-19).
    """
    contents = checked(
        rationale=rationale,
        took_place_at=took_place_at,
        documents=documents,
        documents_text=documents_text,
    )
    return _move(
        case=case,
        actor=actor,
        act_key=f"lower_tier_{to_tier}",
        contents=contents,
        expected_version=expected_version,
    )


def _move(
    *,
    case: Case,
    actor: Actor,
    act_key: str,
    contents: Contents,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Case:
    act = machine_of(case).act(act_key)
    target = tier_of(act.target or "")
    if target is None:
        raise ValueError(f"{act_key} leads to no tier")

    def effect(case: Case) -> Change:
        if act_key.startswith("lower"):
            _require_at_tier(case, actor)
            MemberDetail.objects.filter(case=case).update(manager=None, managed_since=None)
        queue = unit_of(case.exchange_id, target.number)
        note = write_handoff(
            case=case, actor=actor, act=act_key, to_status=target.status, contents=contents
        )
        return Change(
            columns={"queue": queue, "owner": None},
            note=contents.rationale,
            event_data={"from_queue": case.queue_id, "to_queue": queue.pk, "handoff": note.pk},
            fields=["queue", "owner", "handoff"],
        )

    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=effect,
        at=at,
    )


def _require_at_tier(case: Case, actor: Actor) -> None:
    if not actor.is_lead and case.queue_id not in actor.organization_ids:
        raise Refused("Only a lead or somebody of the tier that has the case may send it back.")


def ask_party(
    *,
    case: Case,
    actor: Actor,
    party: str,
    tier: Tier,
    missing: str,
    expected_version: int | None = None,
) -> Case:
    """Ask the member or the employer for something; the tier's clock stands meanwhile."""
    missing = _screened("missing", missing, "what is missing")
    change = Change(note=missing, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key=f"ask_{party}_{tier.number}",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def record_answer(
    *,
    case: Case,
    actor: Actor,
    party: str,
    tier: Tier,
    answer: str,
    expected_version: int | None = None,
) -> Case:
    """Record what the member or the employer answered; the case is back at the same tier."""
    answer = _screened("answer", answer, "what was answered")
    change = Change(note=answer, note_kind=Note.Kind.CONTACT, fields=["requests"])
    return perform(
        case=case,
        act_key=f"{party}_answered_{tier.number}",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def answer_email(
    *, case: Case, actor: Actor, summary: str, expected_version: int | None = None
) -> Case:
    """Put the reply to the member's email on record; keeps the promise of 24 business hours.

    Raises:
        Refused: no email of the member waits for an answer.
    """
    summary = _screened("summary", summary, "what was answered")

    def effect(case: Case) -> Change:
        _require_clock(case, EMAIL, "No email of the member waits for an answer.")
        ConsumerContact.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            channel=ConsumerContact.Channel.EMAIL,
            outcome=ConsumerContact.Outcome.SENT,
            summary=summary,
            recorded_by=actor.person,
        )
        return Change(event_data={"channel": "email"}, fields=["contacts"])

    return perform(case=case, act_key="answer_email", actor=actor, effect=effect)


def complete_research(
    *, case: Case, actor: Actor, findings: str, expected_version: int | None = None
) -> Case:
    """Record what the initial claim or billing research found (CC-15: 5 business days).

    Raises:
        Refused: no research is due on this case.
    """
    findings = _screened("findings", findings, "what the research found")

    def effect(case: Case) -> Change:
        _require_clock(case, RESEARCH, "No initial research is due on this case.")
        return Change(note=findings, note_kind=Note.Kind.INTERNAL, fields=["research"])

    return perform(
        case=case,
        act_key="complete_research",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def assign_case_manager(
    *, case: Case, actor: Actor, person: Person, expected_version: int | None = None
) -> Case:
    """Make somebody of Tier 3 the manager of a case or appeal (CC-18: within 2 business days).

    The manager answers for the case to its end; the owner is whoever works it today. A case
    nobody owns goes to its manager.

    Raises:
        Refused: the person does not work in the unit that has the case, or manages it already.
    """

    def effect(case: Case) -> Change:
        if not assignable_people(case.queue).filter(pk=person.pk).exists():
            raise Refused("Choose somebody who works at Tier 3.")
        row = MemberDetail.objects.get(case=case)
        if row.manager_id == person.pk:
            raise Refused(f"{person.full_name} manages this case already.")
        row.manager, row.managed_since = person, timezone.now()
        row.save()
        return Change(
            columns={} if case.owner_id else {"owner": person},
            event_data={"manager": person.pk},
            recipient=person,
            fields=["case_manager"],
        )

    return perform(
        case=case,
        act_key="assign_case_manager",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def require_manager(case: Case) -> None:
    """Raise unless the case has a case manager.

    Raises:
        Refused: it has none.
    """
    if not MemberDetail.objects.filter(case=case, manager__isnull=False).exists():
        raise Refused("Assign a case manager first: Tier 3 ends no case without one.")


def resolve_member_case(
    *,
    case: Case,
    actor: Actor,
    code: ResolutionCode,
    rationale: str,
    took_place_at: datetime | None,
    documents: Iterable[Attachment] = (),
    documents_text: str = "",
    expected_version: int | None = None,
) -> Case:
    """Resolve a case at any tier, with the mandatory note (CC-19).

    Raises:
        Refused: it is at Tier 3 and has no case manager.
        ValidationError: one of the note's three contents is missing.
    """
    contents = checked(
        rationale=rationale,
        took_place_at=took_place_at,
        documents=documents,
        documents_text=documents_text,
    )

    def effect(case: Case) -> Change:
        tier = tier_of(case.status)
        if tier is not None and tier.number == 3:
            require_manager(case)
        note = write_handoff(
            case=case, actor=actor, act="resolve", to_status="resolved", contents=contents
        )
        TicketDetail.objects.filter(case=case).update(
            resolution_code=code, resolution_steps=contents.rationale
        )
        return Change(
            note=contents.rationale,
            event_data={"code": code.key, "handoff": note.pk},
            fields=["resolution_code", "steps", "handoff"],
        )

    return perform(
        case=case, act_key="resolve", actor=actor, expected_version=expected_version, effect=effect
    )


def reopen_member_case(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take up a case again, at Tier 1: same number, a new clock."""
    reason = _screened("reason", reason, "why it is reopened")

    def effect(case: Case) -> Change:
        MemberDetail.objects.filter(case=case).update(manager=None, managed_since=None)
        return Change(
            columns={"queue": unit_of(case.exchange_id, 1), "owner": None},
            note=reason,
            fields=["queue", "owner"],
        )

    return perform(
        case=case, act_key="reopen", actor=actor, expected_version=expected_version, effect=effect
    )


def _require_clock(case: Case, policy_key: str, otherwise: str) -> None:
    if not runs(case.pk, policy_key):
        raise Refused(otherwise)


def _screened(field: str, text: str, label: str) -> str:
    text = require_text(field, text, label)
    if contains_ssn(text):
        raise SsnRefused(label)
    return text
