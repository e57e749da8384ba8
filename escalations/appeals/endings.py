"""Dismissal, transfer to DMHC, and taking an appeal up again (AP-05; C.8 5, 14; C.0)."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.appeals.common import days_after, past_day, screened, start_of, text_of
from escalations.appeals.intake import clocks_of_validity
from escalations.appeals.models import AppealDetail, Decision, Hearing
from escalations.appeals.resolution import call_off_hearing
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor

VACATE_DAYS = 30
#: How long after its end a case can be taken up again (C.0).
REOPEN_DAYS = 30


def dismiss(
    *,
    case: Case,
    actor: Actor,
    ground: str,
    on: date,
    remark: str = "",
    expected_version: int | None = None,
) -> Case:
    """CDSS dismissed the appeal on one of four grounds (45 CFR 155.530).

    Raises:
        Refused: the ground does not fit what is on record.
        ValidationError: the day lies in the future.
    """
    remark = screened("the remark", remark)
    past_day("on", on, actor.exchange)

    def effect(case: Case) -> Change:
        _check_ground(case, ground)
        AppealDetail.objects.filter(case=case).update(
            dismissal=ground, dismissed_on=on, vacate_asked_on=None
        )
        call_off_hearing(case)
        vacate = ClockEffect(
            Effect.START,
            "appeal.vacate",
            party="consumer",
            counts_from=start_of(on, actor.exchange),
        )
        return Change(
            note=remark, event_data={"ground": ground}, fields=["dismissal"], clocks=[vacate]
        )

    return perform(
        case=case, act_key="dismiss", actor=actor, expected_version=expected_version, effect=effect
    )


def ask_vacate(
    *, case: Case, actor: Actor, on: date, good_cause: str, expected_version: int | None = None
) -> Case:
    """The appellant asks CDSS to vacate the dismissal, within 30 days and with good cause.

    Raises:
        Refused: it was asked for, or the time has passed.
    """
    good_cause = text_of("good_cause", good_cause, "the good cause")
    past_day("on", on, actor.exchange)

    def effect(case: Case) -> Change:
        detail = case.appeal
        if detail.vacate_asked_on is not None:
            raise Refused("The appellant has asked for this already.")
        if detail.dismissed_on is None:
            raise Refused("Record the dismissal first.")
        last = days_after(detail.dismissed_on, actor.exchange, "appeal.vacate", VACATE_DAYS)
        if on > last:
            raise Refused(f"The time to ask for this ended on {last:%B} {last.day}, {last.year}.")
        detail.vacate_asked_on = on
        detail.save(update_fields=["vacate_asked_on"])
        return Change(note=good_cause, fields=["dismissal"])

    return perform(
        case=case,
        act_key="ask_vacate",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def grant_vacate(
    *, case: Case, actor: Actor, remark: str = "", expected_version: int | None = None
) -> Case:
    """CDSS vacated the dismissal: the appeal is valid again, and its clocks run.

    Raises:
        Refused: nobody asked for it.
    """
    remark = screened("the remark", remark)

    def effect(case: Case) -> Change:
        detail = case.appeal
        if detail.vacate_asked_on is None:
            raise Refused("The appellant has not asked to vacate the dismissal.")
        detail.dismissal, detail.dismissed_on, detail.vacate_asked_on = "", None, None
        detail.save(update_fields=["dismissal", "dismissed_on", "vacate_asked_on"])
        return Change(
            note=remark,
            fields=["dismissal"],
            clocks=[
                ClockEffect(Effect.CANCEL, "appeal.vacate"),
                *(ClockEffect(Effect.START, key) for key in ("appeal.hearing", "appeal.decision")),
            ],
        )

    return perform(
        case=case,
        act_key="grant_vacate",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def let_vacate_lapse(*, case: Case, actor: Actor, at: datetime) -> Case:
    """The time to ask to vacate has passed; the sweep calls this."""
    return perform(case=case, act_key="vacate_time_over", actor=actor, at=at)


def transfer_to_dmhc(
    *,
    case: Case,
    actor: Actor,
    reason: str,
    reference: str = "",
    expected_version: int | None = None,
) -> Case:
    """The Department of Managed Health Care has jurisdiction (AP-05, Gov. Code 100506(b)).

    Raises:
        ValidationError: no reason.
    """
    reason = text_of("reason", reason, "why DMHC has jurisdiction")
    reference = screened("the reference", reference)

    def effect(case: Case) -> Change:
        AppealDetail.objects.filter(case=case).update(
            jurisdiction_because=reason, dmhc_reference=reference
        )
        call_off_hearing(case)
        return Change(note=reason, fields=["jurisdiction"])

    return perform(
        case=case,
        act_key="transfer_dmhc",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def reopen(
    *, act_key: str, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take up an appeal that ended: same number, and the clocks of the law run again.

    Args:
        act_key: ``reopen`` (no decision), ``resume_implementation`` (a decision) or
            ``take_back`` (DMHC sent it back).

    Raises:
        Refused: it ended too long ago, or the act does not fit how it ended.
        ValidationError: no reason.
    """
    reason = text_of("reason", reason, "why it is taken up again")

    def effect(case: Case) -> Change:
        if case.closed_at and timezone.now() - case.closed_at > timedelta(days=REOPEN_DAYS):
            raise Refused(
                f"This appeal ended more than {REOPEN_DAYS} days ago. Open a new one and link it."
            )
        decided = Decision.objects.filter(case=case).exists()
        if act_key == "reopen" and decided:
            raise Refused("There is a decision: reopen its implementation instead.")
        if act_key == "resume_implementation" and not decided:
            raise Refused("There is no decision to implement: reopen the appeal instead.")
        clocks = [] if decided else clocks_of_validity(case.appeal)
        return Change(note=reason, clocks=clocks)

    return perform(
        case=case, act_key=act_key, actor=actor, expected_version=expected_version, effect=effect
    )


def _check_ground(case: Case, ground: str) -> None:
    if ground not in AppealDetail.Dismissal.values:
        raise ValidationError({"ground": "Choose one of the grounds."})
    if ground == AppealDetail.Dismissal.NO_SHOW:
        hearing = Hearing.objects.filter(case=case, state=Hearing.State.SCHEDULED).first()
        if hearing is None or hearing.at > timezone.now():
            raise Refused("The appellant can only miss a hearing that was set and has passed.")
    if ground == AppealDetail.Dismissal.INVALID and case.status not in ("invalid", "valid"):
        raise Refused("The request was found valid and worked on; choose another ground.")
