"""Working a CRW case: interactions, reminders, closing and reopening (C.5; CRW-12…CRW-15)."""

from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.casework.machine import Audience, Refused
from portal.casework.models import Case, Note
from portal.casework.services import Change, perform, require_text
from portal.tenancy.actor import Actor
from retention.aging import today
from retention.models import CrwCase, Interaction, ResolutionReason
from retention.reasons import OTHER, choosable_reasons
from retention.table import CLOSED

#: What each field of the closing form lacks, in words (CRW-14).
MISSING: Final = {
    "status": "Choose the Status.",
    "reason": "Choose the Resolution Reason.",
    "steps": "Enter the Steps to Resolve.",
}
_ANOTHER_OPEN: Final = "This consumer has another open case for the plan year. Work that one."
_STEPS_OF_OTHER: Final = "Say in Steps to Resolve what “{reason}” was."


@transaction.atomic
def log_interaction(
    *,
    case: Case,
    actor: Actor,
    channel: str,
    outcome: str,
    note: str = "",
    next_contact_on: date | None = None,
    expected_version: int | None = None,
) -> Case:
    """Write down one try to reach the consumer; the first begins the work (CRW-12, CRW-13).

    A reminder that is due is answered by this; one for a later day stays unless another is set.

    Args:
        channel: one of :class:`Interaction.Channel`.
        outcome: one of :class:`Interaction.Outcome`.
        note: in the enroller's words; may be empty.
        next_contact_on: when to try next, a day of the exchange's zone; None: nothing is set.
        expected_version: not compared, since an interaction overwrites nothing.

    Raises:
        NotAllowed: the actor's role works no CRW cases.
        Refused: the case is closed, or somebody else's.
        ValidationError: channel or outcome is none of the list, or the day lies in the past.
        SsnRefused: the note holds a Social Security number; nothing is kept.
    """
    if channel not in Interaction.Channel:
        raise ValidationError({"channel": "Choose how you tried to reach the consumer."})
    if outcome not in Interaction.Outcome:
        raise ValidationError({"outcome": "Choose what came of it."})
    at = timezone.now()
    day = today(at, actor.exchange.time_zone)
    _check_day(next_contact_on, day)

    def effect(case: Case) -> Change:
        crw = CrwCase.objects.get(pk=case.pk)
        reminder = crw.next_contact_on
        if next_contact_on or (reminder and reminder <= day):
            reminder = next_contact_on
        CrwCase.objects.filter(pk=case.pk).update(
            last_contact_at=at,
            last_outcome=outcome,
            next_contact_on=reminder,
            is_reached=crw.is_reached or outcome == Interaction.Outcome.REACHED,
            interaction_count=F("interaction_count") + 1,
        )
        return Change(
            note=note.strip(),
            note_kind=Note.Kind.CONTACT,
            note_audience=Audience.DETAIL,
            event_data={"channel": channel, "outcome": outcome},
            fields=["interactions"],
        )

    case = perform(case=case, act_key="log_interaction", actor=actor, effect=effect, at=at)
    Interaction.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        event=case.events.filter(verb="log_interaction").order_by("pk").last(),
        channel=channel,
        outcome=outcome,
        at=at,
        by=actor.person,
        next_contact_on=next_contact_on,
    )
    return case


def set_reminder(
    *,
    case: Case,
    actor: Actor,
    next_contact_on: date | None,
    expected_version: int | None = None,
) -> Case:
    """Say when to try next, or (None) that no reminder is wanted; overwrites an earlier day.

    Raises:
        NotAllowed: the actor's role works no CRW cases.
        Refused: the case is closed, or somebody else's.
        ValidationError: the day lies in the past.
    """
    _check_day(next_contact_on, today(timezone.now(), actor.exchange.time_zone))

    def effect(case: Case) -> Change:
        CrwCase.objects.filter(pk=case.pk).update(next_contact_on=next_contact_on)
        return Change(fields=["next_contact_on"])

    return perform(case=case, act_key="set_reminder", actor=actor, effect=effect)


def close_case(
    *,
    case: Case,
    actor: Actor,
    status: str,
    reason: ResolutionReason | None,
    steps: str,
    expected_version: int | None = None,
) -> Case:
    """Close a case with “Status”, “Resolution Reason” and “Steps to Resolve” (CRW-14, CRW-15).

    Raises:
        NotAllowed: the actor's role works no CRW cases.
        Conflict: somebody changed the case since ``expected_version``.
        Refused: the case is closed, or somebody else's.
        ValidationError: one of the three is missing; each that is, is named. Or the reason is none
            a person may choose.
        SsnRefused: the steps hold a Social Security number; nothing is kept.
    """
    given = {"status": status == CLOSED, "reason": reason is not None, "steps": steps.strip()}
    missing = {name: text for name, text in MISSING.items() if not given[name]}
    if reason is not None and "steps" in missing and reason.key == OTHER:
        missing["steps"] = _STEPS_OF_OTHER.format(reason=reason.label)
    if missing or reason is None:
        raise ValidationError(missing)
    if not choosable_reasons(actor).filter(pk=reason.pk).exists():
        raise ValidationError({"reason": "Choose a Resolution Reason of the list."})
    at = timezone.now()

    def effect(case: Case) -> Change:
        crw = CrwCase.objects.get(pk=case.pk)
        CrwCase.objects.filter(pk=case.pk).update(
            reason=reason,
            steps=steps.strip(),
            closed_at=at,
            closed_by=actor.person,
            next_contact_on=None,
            open_seconds=seconds_open(crw, at),
        )
        return Change(
            note=steps.strip(),
            note_kind=Note.Kind.REASON,
            note_audience=Audience.DETAIL,
            event_data={"reason": reason.key},
            fields=["reason", "steps"],
        )

    return perform(
        case=case,
        act_key="close",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
        at=at,
    )


def reopen_case(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take a closed case up again; its aging goes on from where it stood (C.5, row 6).

    Raises:
        NotAllowed: the actor's role reopens no cases.
        Conflict: somebody changed the case since ``expected_version``.
        Refused: the case is open; the consumer has another open case of the plan year; or is
            delegated to somebody else now.
        ValidationError: no reason.
    """
    reason = require_text("reason", reason, "why you reopen it")
    at = timezone.now()

    def effect(case: Case) -> Change:
        crw = CrwCase.objects.get(pk=case.pk)
        others = CrwCase.objects.filter(
            consumer_id=crw.consumer_id, plan_year=crw.plan_year, is_open=True
        )
        if others.exists():
            raise Refused(_ANOTHER_OPEN)
        if not crw.in_book:
            raise Refused("The consumer is delegated to somebody else now.")
        CrwCase.objects.filter(pk=case.pk).update(
            reason=None,
            steps="",
            closed_at=None,
            closed_by=None,
            open_seconds=None,
            aged_from=crw.aged_from + (at - (crw.closed_at or at)),
        )
        return Change(
            note=reason,
            note_audience=Audience.DETAIL,
            fields=["reason", "steps"],
        )

    try:
        return perform(
            case=case,
            act_key="reopen",
            actor=actor,
            expected_version=expected_version,
            effect=effect,
            at=at,
        )
    except IntegrityError:  # a feed opened the other one at this very moment
        raise Refused(_ANOTHER_OPEN) from None


def seconds_open(crw: CrwCase, at: datetime) -> int:
    """Whole seconds the case has been open at an instant, without the time it was closed."""
    return max(0, int((at - crw.aged_from).total_seconds()))


def _check_day(day: date | None, today: date) -> None:
    if day is not None and day < today:
        raise ValidationError({"next_contact_on": "Choose today or a later day."})
