"""Every write on members' formal appeals at Tier 3 (C.8; CC-15, CC-18, CC-20)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from escalations.appeals.packets import require_complete, start_packet
from escalations.tickets.models import ConsumerContact, TicketDetail
from escalations.tiers.handoffs import checked, write_handoff
from escalations.tiers.models import MemberDetail, PlanAppealDetail
from escalations.tiers.services import require_manager
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor


def prepare_new_appeal(case: Case, actor: Actor) -> None:
    """Give a new appeal its packet and its particulars, in the opening transaction."""
    MemberDetail.objects.create(exchange_id=case.exchange_id, case=case)
    PlanAppealDetail.objects.create(exchange_id=case.exchange_id, case=case)
    start_packet(case=case)


def acknowledge_appeal(
    *,
    case: Case,
    actor: Actor,
    channel: str,
    summary: str,
    expected_version: int | None = None,
) -> Case:
    """Tell the member that the appeal is here, and put that on record (2 business days).

    Args:
        channel: how the member was told; a value of ``ConsumerContact.Channel``.
    """
    summary = require_text("summary", summary, "what the member was told")
    if contains_ssn(summary):
        raise SsnRefused("the summary")

    def effect(case: Case) -> Change:
        ConsumerContact.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            channel=channel,
            outcome=ConsumerContact.Outcome.SENT,
            summary=summary,
            recorded_by=actor.person,
        )
        return Change(event_data={"channel": channel}, fields=["contacts"])

    return perform(
        case=case,
        act_key="acknowledge",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def complete_packet(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Declare the packet complete (CC-20).

    Raises:
        Refused: required papers are missing; names them.
    """

    def effect(case: Case) -> Change:
        require_complete(case)
        return Change(fields=["packet"])

    return perform(
        case=case,
        act_key="complete_packet",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def begin_review(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Begin to review a complete appeal."""
    return perform(
        case=case, act_key="begin_review", actor=actor, expected_version=expected_version
    )


def decide_appeal(
    *,
    case: Case,
    actor: Actor,
    decision: str,
    rationale: str,
    took_place_at: datetime | None,
    documents: Iterable[Attachment] = (),
    documents_text: str = "",
    expected_version: int | None = None,
) -> Case:
    """Decide an appeal, with the mandatory note (CC-15: 30 calendar days, expedited 72 hours).

    Args:
        decision: a value of ``PlanAppealDetail.Decision``.

    Raises:
        Refused: the appeal has no case manager.
        ValidationError: one of the note's three contents is missing (CC-19).
    """
    contents = checked(
        rationale=rationale,
        took_place_at=took_place_at,
        documents=documents,
        documents_text=documents_text,
    )

    def effect(case: Case) -> Change:
        require_manager(case)
        note = write_handoff(
            case=case, actor=actor, act="decide", to_status="decided", contents=contents
        )
        PlanAppealDetail.objects.filter(case=case).update(
            decision=decision, decided_at=timezone.now()
        )
        TicketDetail.objects.filter(case=case).update(resolution_steps=contents.rationale)
        return Change(
            note=contents.rationale,
            event_data={"decision": decision, "handoff": note.pk},
            fields=["decision", "handoff"],
        )

    return perform(
        case=case, act_key="decide", actor=actor, expected_version=expected_version, effect=effect
    )


def mark_expedited(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Expedite an appeal as medically necessary: 72 hours on the clock from now (CC-15).

    Raises:
        Refused: it is expedited already.
    """
    reason = _reason(reason, "why it is medically necessary")

    def effect(case: Case) -> Change:
        row = PlanAppealDetail.objects.select_for_update().get(case=case)
        if row.is_expedited:
            raise Refused("This appeal is expedited already.")
        row.is_expedited, row.expedited_reason = True, reason
        row.expedited_at = timezone.now()
        row.save()
        return Change(
            columns={"is_urgent": True}, note=reason, fields=["is_expedited", "is_urgent"]
        )

    return perform(
        case=case,
        act_key="mark_expedited",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def clear_expedited(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take the mark off again; the 30 days have run on since the appeal was received.

    Raises:
        Refused: it is not expedited.
    """
    reason = _reason(reason, "why it is no longer expedited")

    def effect(case: Case) -> Change:
        row = PlanAppealDetail.objects.select_for_update().get(case=case)
        if not row.is_expedited:
            raise Refused("This appeal is not expedited.")
        row.is_expedited = False
        row.save()
        return Change(
            columns={"is_urgent": False}, note=reason, fields=["is_expedited", "is_urgent"]
        )

    return perform(
        case=case,
        act_key="clear_expedited",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def _reason(text: str, label: str) -> str:
    text = require_text("reason", text, label)
    if contains_ssn(text):
        raise SsnRefused("the reason")
    return text
