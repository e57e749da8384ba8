"""Informal resolution and withdrawal (AP-01; 10 CCR 6610)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.appeals import tasks
from escalations.appeals.common import (
    days_after,
    lines_of,
    past_day,
    screened,
    start_of,
    text_of,
)
from escalations.appeals.intake import clocks_of_validity
from escalations.appeals.models import AppealTask, Hearing, Withdrawal
from escalations.appeals.steps import last_withdrawal
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor

AGREEMENT_DAYS = 30


def begin_informal(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """The owner begins to look for an informal resolution.

    Raises:
        Refused: nobody owns the appeal.
    """

    def effect(case: Case) -> Change:
        if case.owner_id is None:
            raise Refused("Take this appeal first: informal resolution needs an owner.")
        return Change()

    return perform(
        case=case,
        act_key="begin_informal",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def resolve_informally(
    *,
    case: Case,
    actor: Actor,
    form: str,
    outcome: str,
    withdrawn_on: date,
    is_conditional: bool = False,
    exchange_does: str = "",
    appellant_does: str = "",
    expected_version: int | None = None,
) -> Case:
    """The appellant withdraws, in writing or verbally, with or without conditions.

    Args:
        form: a :class:`Withdrawal.Form`; a verbal one is confirmed in writing, CDSS is told, and
            the appellant may object.
        exchange_does: with conditions, what the exchange has to do, one thing a line.
        appellant_does: the same for the appellant.

    Raises:
        SsnRefused: a text holds a Social Security number.
        ValidationError: no outcome, a day to come, or conditions that bind nobody.
    """
    outcome = text_of("outcome", outcome, "the outcome")
    past_day("withdrawn_on", withdrawn_on, actor.exchange)
    sides = (
        (AppealTask.Side.EXCHANGE, lines_of(screened("what the exchange does", exchange_does))),
        (AppealTask.Side.APPELLANT, lines_of(screened("what the appellant does", appellant_does))),
    )
    if is_conditional and not any(lines for _, lines in sides):
        raise ValidationError(
            {"exchange_does": "A conditional withdrawal names what at least one side has to do."}
        )
    if not is_conditional and any(lines for _, lines in sides):
        raise ValidationError({"is_conditional": "Mark the withdrawal as conditional."})
    is_verbal = form == Withdrawal.Form.VERBAL
    since = start_of(withdrawn_on, actor.exchange)

    def effect(case: Case) -> Change:
        Withdrawal.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            form=form,
            is_conditional=is_conditional,
            outcome=outcome,
            withdrawn_on=withdrawn_on,
        )
        clocks = []
        if is_verbal:
            clocks += [
                ClockEffect(Effect.START, key, counts_from=since)
                for key in ("appeal.withdrawal_confirmation", "appeal.withdrawal_cdss")
            ]
        if is_conditional:
            clocks.append(ClockEffect(Effect.START, "appeal.agreement", counts_from=since))
            due_on = days_after(withdrawn_on, actor.exchange, "appeal.agreement", AGREEMENT_DAYS)
            for side, lines in sides:
                tasks.create_tasks(
                    case=case,
                    cause=AppealTask.Cause.AGREEMENT,
                    side=side,
                    lines=lines,
                    due_on=due_on,
                )
        call_off_hearing(case)
        return Change(
            note=outcome,
            event_data={"form": form, "conditional": is_conditional},
            fields=["withdrawal"],
            clocks=clocks,
        )

    return perform(
        case=case,
        act_key="resolve_informally",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def object_to_withdrawal(
    *, case: Case, actor: Actor, reason: str, on: date, expected_version: int | None = None
) -> Case:
    """The appellant objects to a verbal withdrawal in time: the appeal goes on.

    Raises:
        Refused: the withdrawal was in writing, or the time to object has passed.
    """
    reason = text_of("reason", reason, "why the appellant objects")
    past_day("on", on, actor.exchange)

    def effect(case: Case) -> Change:
        withdrawal = last_withdrawal(case)
        if withdrawal.form != Withdrawal.Form.VERBAL:
            raise Refused("A withdrawal in writing cannot be objected to.")
        if withdrawal.stands_since is not None:
            raise Refused("The time to object has passed; the withdrawal stands.")
        withdrawal.objected_on = on
        withdrawal.save(update_fields=["objected_on"])
        case.appeal_tasks.filter(cause=AppealTask.Cause.AGREEMENT, done_on=None).delete()
        return Change(
            note=reason, clocks=clocks_of_validity(case.appeal)[:1], fields=["withdrawal"]
        )

    return perform(
        case=case,
        act_key="object_to_withdrawal",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def let_withdrawal_stand(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Nobody objected in time; the sweep calls this when the clock of the objection runs out."""

    def effect(case: Case) -> Change:
        withdrawal = last_withdrawal(case)
        withdrawal.stands_since = at
        withdrawal.save(update_fields=["stands_since"])
        return Change(fields=["withdrawal"])

    return perform(case=case, act_key="withdrawal_stands", actor=actor, at=at, effect=effect)


def missing_for_withdrawal(case: Case) -> list[str]:
    """What a withdrawal still lacks before its appeal can be closed, in words."""
    withdrawal = last_withdrawal(case)
    missing = []
    if withdrawal.notice_on is None:
        missing.append("the notice of the outcome")
    if withdrawal.form == Withdrawal.Form.VERBAL:
        if withdrawal.confirmed_on is None:
            missing.append("the confirmation in writing")
        elif withdrawal.stands_since is None:
            missing.append("the end of the time to object")
        if withdrawal.cdss_told_on is None:
            missing.append("word to CDSS")
    return missing


def call_off_hearing(case: Case) -> None:
    """A hearing that is set does not take place; calendars are told by its sequence."""
    hearing = Hearing.objects.filter(case=case, state=Hearing.State.SCHEDULED).first()
    if hearing is None:
        return
    hearing.state, hearing.sequence = Hearing.State.CANCELLED, hearing.sequence + 1
    hearing.changed_at = timezone.now()
    hearing.save()
