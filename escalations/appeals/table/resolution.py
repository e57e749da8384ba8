"""Informal resolution, and the withdrawal it can end in (C.8 3, 4; AP-01)."""

from typing import Any

from escalations.appeals.table.intake import CANCEL, START, STOP
from portal.casework.machine import Act
from portal.clocks.effects import ClockEffect

RESOLVED = frozenset({"informally_resolved"})
#: The appellant may withdraw until the hearing (10 CCR 6610).
WITHDRAWABLE = frozenset(
    {
        "informal_resolution",
        "statement_of_position",
        "sop_delivered",
        "hearing_scheduled",
        "postponed",
    }
)


def _withdrawal_without(field: str, *, verbal_only: bool = False) -> Any:
    def offered(case: Any, actor: Any) -> bool:
        withdrawal = case.withdrawals.last()
        if withdrawal is None or (verbal_only and withdrawal.form != "verbal"):
            return False
        return getattr(withdrawal, field) is None

    return offered


RESOLUTION_ACTS = (
    Act(
        "begin_informal",
        "Begin informal resolution",
        "appeals.work",
        sources=frozenset({"valid"}),
        target="informal_resolution",
        by_owner=True,
        guards=("an owner",),
        done="Informal resolution begun",
        source="AP-01, C.8 3",
    ),
    Act(
        "resolve_informally",
        "The appellant withdraws: informally resolved",
        "appeals.work",
        sources=WITHDRAWABLE,
        target="informally_resolved",
        by_owner=True,
        guards=("the outcome in writing", "with conditions, what each side has to do"),
        clocks=(
            ClockEffect(CANCEL, "appeal.hearing"),
            ClockEffect(CANCEL, "appeal.hearing_notice"),
            ClockEffect(CANCEL, "appeal.sop"),
            ClockEffect(CANCEL, "appeal.record_open"),
            ClockEffect(START, "appeal.outcome_notice"),
        ),
        confirm=True,
        done="Informally resolved",
        source="AP-01, C.8 4",
    ),
    Act(
        "send_outcome_notice",
        "Notice of the outcome was sent",
        "appeals.work",
        sources=RESOLVED,
        clocks=(ClockEffect(STOP, "appeal.outcome_notice"),),
        done="Notice of the outcome was sent to the appellant",
        offered=_withdrawal_without("notice_on"),
        source="C.8 4",
    ),
    Act(
        "confirm_withdrawal",
        "The verbal withdrawal was confirmed in writing",
        "appeals.work",
        sources=RESOLVED,
        guards=("the withdrawal was verbal",),
        clocks=(
            ClockEffect(STOP, "appeal.withdrawal_confirmation"),
            ClockEffect(START, "appeal.withdrawal_objection", party="consumer"),
        ),
        done="The verbal withdrawal was confirmed in writing",
        offered=_withdrawal_without("confirmed_on", verbal_only=True),
        source="C.8 4, 10 CCR 6610",
    ),
    Act(
        "tell_cdss",
        "CDSS was told of the withdrawal",
        "appeals.work",
        sources=RESOLVED,
        clocks=(ClockEffect(STOP, "appeal.withdrawal_cdss"),),
        done="CDSS was told of the withdrawal",
        offered=_withdrawal_without("cdss_told_on"),
        source="C.8 4",
    ),
    Act(
        "object_to_withdrawal",
        "The appellant objects to the withdrawal",
        "appeals.work",
        sources=RESOLVED,
        target="informal_resolution",
        guards=("the withdrawal was verbal", "within the time to object"),
        clocks=(
            ClockEffect(CANCEL, "appeal.outcome_notice"),
            ClockEffect(CANCEL, "appeal.withdrawal_confirmation"),
            ClockEffect(CANCEL, "appeal.withdrawal_objection"),
            ClockEffect(CANCEL, "appeal.withdrawal_cdss"),
            ClockEffect(CANCEL, "appeal.agreement"),
        ),
        done="The appellant objected to the withdrawal",
        offered=_withdrawal_without("stands_since", verbal_only=True),
        source="C.8 4, 10 CCR 6610",
    ),
    Act(
        "withdrawal_stands",
        "The withdrawal stands",
        "appeals.work",
        sources=RESOLVED,
        by_system=True,
        guards=("the time to object has passed",),
        clocks=(ClockEffect(STOP, "appeal.withdrawal_objection"),),
        done="The time to object to the withdrawal has passed",
        source="C.8 4, 10 CCR 6610",
    ),
    Act(
        "add_task",
        "Add a task",
        "appeals.work",
        sources=RESOLVED | {"decision_issued", "implementation"},
        done="A task was added",
        source="AP-04",
    ),
    Act(
        "finish_task",
        "Record a task as done",
        "appeals.work",
        sources=RESOLVED | {"implementation"},
        guards=("evidence",),
        done="A task was done",
        offered=lambda case, actor: case.appeal_tasks.filter(done_on=None).exists(),
        source="AP-04, C.8 12",
    ),
)
