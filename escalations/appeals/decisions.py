"""The decision, what implements it, and the second level (AP-04, AP-06; C.8 11–13)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from escalations.appeals import tasks
from escalations.appeals.common import (
    day_of,
    days_after,
    lines_of,
    own_file,
    past_day,
    screened,
    start_of,
    text_of,
    today,
)
from escalations.appeals.models import AppealDetail, AppealTask, Decision
from escalations.appeals.resolution import missing_for_withdrawal
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

IMPLEMENT_DAYS = 30
SECOND_LEVEL_DAYS = 30


def issue_decision(
    *,
    case: Case,
    actor: Actor,
    outcome: str,
    text: str,
    decided_on: date,
    effective_on: date,
    attachment: Attachment | None = None,
    expected_version: int | None = None,
) -> Case:
    """Record what the judge decided; the exchange's and the appellant's days count from it.

    Raises:
        SsnRefused: the text holds a Social Security number.
        ValidationError: no text, or a decision before the hearing or in the future.
    """
    text = text_of("text", text, "the decision")
    past_day("decided_on", decided_on, actor.exchange)
    since = start_of(decided_on, actor.exchange)

    def effect(case: Case) -> Change:
        hearing = getattr(case, "hearing", None)
        if hearing is not None and decided_on < day_of(hearing.at, actor.exchange):
            raise ValidationError({"decided_on": "The decision cannot come before the hearing."})
        _keep(case, Decision.Level.JUDGE, outcome, text, decided_on, effective_on, attachment)
        return Change(
            event_data={"outcome": outcome, "effective_on": effective_on.isoformat()},
            fields=["decision"],
            clocks=[
                ClockEffect(Effect.START, "appeal.implement", counts_from=since),
                ClockEffect(
                    Effect.START, "appeal.second_level", party="consumer", counts_from=since
                ),
            ],
        )

    return perform(
        case=case,
        act_key="issue_decision",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def begin_implementation(
    *, case: Case, actor: Actor, to_do: str, expected_version: int | None = None
) -> Case:
    """Say what implements the decision, one task a line; all are due with the decision's clock.

    Raises:
        ValidationError: nothing to do; then the case can be closed.
    """
    lines = lines_of(text_of("to_do", to_do, "what has to be done"))

    def effect(case: Case) -> Change:
        decision = last_decision(case)
        _create_tasks(case, actor, lines, decision)
        return Change(event_data={"tasks": len(lines)}, fields=["tasks"])

    return perform(
        case=case,
        act_key="begin_implementation",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def close_appeal(
    *, case: Case, actor: Actor, remark: str = "", expected_version: int | None = None
) -> Case:
    """Close an appeal that was decided and implemented, or withdrawn in full (C.8 4, 12).

    Raises:
        Refused: a task is open, a decision waits to be implemented, or the withdrawal lacks
            something; says what.
    """
    remark = screened("the remark", remark)

    def effect(case: Case) -> Change:
        if case.status == "informally_resolved":
            _require_none("The withdrawal is not complete", missing_for_withdrawal(case))
            _require_none("To be done first", tasks.open_tasks(case, AppealTask.Cause.AGREEMENT))
            return Change(note=remark)
        _require_none("To be done first", tasks.open_tasks(case, AppealTask.Cause.DECISION))
        if case.status == "decision_issued" and not last_decision(case).asks_for_nothing:
            done = case.appeal_tasks.filter(cause=AppealTask.Cause.DECISION)
            if not done.exists():
                raise Refused("The decision asks for something. Begin the implementation first.")
        return Change(note=remark)

    return perform(
        case=case, act_key="close", actor=actor, expected_version=expected_version, effect=effect
    )


def appeal_to_second_level(
    *,
    case: Case,
    actor: Actor,
    on: date,
    legal: Organization,
    number: str = "",
    good_cause: str = "",
    expected_version: int | None = None,
) -> Case:
    """The appellant goes to CMS/HHS; the Office of Legal Affairs has the case with us (AP-06).

    Args:
        on: day of the appellant's appeal, in the exchange's zone.
        legal: the organization that has it, by configuration the Office of Legal Affairs.

    Raises:
        Refused: there is no decision.
        ValidationError: it is too late and no good cause is named.
    """
    number, good_cause = screened("the number", number), screened("the good cause", good_cause)
    past_day("on", on, actor.exchange)

    def effect(case: Case) -> Change:
        decision = last_decision(case)
        last = days_after(
            decision.decided_on, actor.exchange, "appeal.second_level", SECOND_LEVEL_DAYS
        )
        if on > last and not good_cause:
            raise ValidationError(
                {
                    "good_cause": f"The time for the second level ended on {last:%B} {last.day},"
                    f" {last.year}. Name the good cause for the delay."
                }
            )
        AppealDetail.objects.filter(case=case).update(
            second_level_on=on, second_level_number=number, second_level_with=legal
        )
        return Change(note=good_cause, event_data={"with": legal.pk}, fields=["second_level"])

    return perform(
        case=case,
        act_key="second_level",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def uphold_at_second_level(
    *, case: Case, actor: Actor, text: str, decided_on: date, expected_version: int | None = None
) -> Case:
    """CMS/HHS left the judge's decision as it is."""
    text = text_of("text", text, "what CMS/HHS decided")
    past_day("decided_on", decided_on, actor.exchange)

    def effect(case: Case) -> Change:
        before = last_decision(case)
        _keep(
            case,
            Decision.Level.HHS,
            before.outcome,
            text,
            decided_on,
            before.effective_on,
            None,
        )
        return Change(fields=["decision"])

    return perform(
        case=case,
        act_key="second_level_upheld",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def change_at_second_level(
    *,
    case: Case,
    actor: Actor,
    outcome: str,
    text: str,
    decided_on: date,
    effective_on: date,
    to_do: str,
    expected_version: int | None = None,
) -> Case:
    """CMS/HHS changed the decision: what it asks for is implemented.

    Raises:
        ValidationError: nothing to do is named, or a day lies in the future.
    """
    text = text_of("text", text, "what CMS/HHS decided")
    lines = lines_of(text_of("to_do", to_do, "what has to be done"))
    past_day("decided_on", decided_on, actor.exchange)

    def effect(case: Case) -> Change:
        decision = _keep(case, Decision.Level.HHS, outcome, text, decided_on, effective_on, None)
        _create_tasks(case, actor, lines, decision)
        since = start_of(decided_on, actor.exchange)
        return Change(
            event_data={"outcome": outcome, "tasks": len(lines)},
            fields=["decision", "tasks"],
            clocks=[
                ClockEffect(Effect.CANCEL, "appeal.implement"),
                ClockEffect(Effect.START, "appeal.implement", counts_from=since),
            ],
        )

    return perform(
        case=case,
        act_key="second_level_changed",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def let_second_level_lapse(*, case: Case, actor: Actor, at: datetime) -> Case:
    """The appellant's time for the second level has passed; the sweep calls this."""
    return perform(case=case, act_key="second_level_time_over", actor=actor, at=at)


def last_decision(case: Case) -> Decision:
    """The decision in force.

    Raises:
        Refused: there is none.
    """
    found = Decision.objects.filter(case=case).last()
    if found is None:
        raise Refused("No decision is on record.")
    return found


def _keep(
    case: Case,
    level: str,
    outcome: str,
    text: str,
    decided_on: date,
    effective_on: date | None,
    attachment: Attachment | None,
) -> Decision:
    return Decision.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        level=level,
        outcome=outcome,
        text=text,
        decided_on=decided_on,
        effective_on=effective_on,
        attachment=own_file(case, attachment),
    )


def _create_tasks(case: Case, actor: Actor, lines: list[str], decision: Decision) -> None:
    due_on = days_after(decision.decided_on, actor.exchange, "appeal.implement", IMPLEMENT_DAYS)
    tasks.create_tasks(
        case=case,
        cause=AppealTask.Cause.DECISION,
        lines=lines,
        due_on=max(due_on, today(actor.exchange)),
        assigned_to=case.owner,
    )


def _require_none(sentence: str, missing: list[str]) -> None:
    if missing:
        raise Refused(f"{sentence}. Missing: {'; '.join(missing)}.")
