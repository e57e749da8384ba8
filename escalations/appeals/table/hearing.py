"""Statement of position, hearing and decision (C.8 6–11; AP-02, AP-03, AP-09)."""

from typing import Any

from escalations.appeals.table.intake import CANCEL, STOP
from portal.casework.machine import Act
from portal.clocks.effects import ClockEffect

#: What is reckoned from the day of the hearing, and goes with it.
BY_HEARING_DATE = ("appeal.hearing_notice", "appeal.sop", "appeal.record_open")
_DATED = frozenset(
    {"valid", "informal_resolution", "statement_of_position", "sop_delivered", "hearing_scheduled"}
)
_SCHEDULED = frozenset(
    {"valid", "informal_resolution", "statement_of_position", "sop_delivered", "postponed"}
)
_DELIVERABLE = frozenset(
    {"statement_of_position", "sop_delivered", "hearing_scheduled", "postponed"}
)


def _hearing_is(*states: str) -> Any:
    return lambda case, actor: hearing_state(case) in states


def hearing_state(case: Any) -> str:
    """How the hearing stands; empty: CDSS has set none."""
    hearing = getattr(case, "hearing", None)
    return hearing.state if hearing else ""


HEARING_ACTS = (
    Act(
        "schedule_hearing",
        "Record the hearing CDSS set",
        "appeals.record",
        sources=_SCHEDULED,
        guards=("a day to come", "no other hearing is set"),
        notifies=("appeal.hearing_set",),
        done="CDSS set a hearing",
        offered=_hearing_is("", "postponed", "cancelled", "held"),
        source="C.8 8, 10",
    ),
    Act(
        "hearing_set",
        "The hearing is scheduled",
        "appeals.record",
        sources=frozenset({"statement_of_position", "sop_delivered", "postponed"}),
        target="hearing_scheduled",
        by_system=True,
        done="The hearing is scheduled",
        source="C.8 8, 10",
    ),
    Act(
        "record_hearing_notice",
        "CDSS sent the notice of hearing",
        "appeals.record",
        sources=_DATED,
        guards=("a hearing is set",),
        clocks=(ClockEffect(STOP, "appeal.hearing_notice"),),
        done="CDSS sent the notice of hearing",
        offered=lambda case, actor: (
            hearing_state(case) == "scheduled" and case.hearing.notice_on is None
        ),
        source="C.8 8, 10 CCR 6614(b)",
    ),
    Act(
        "open_record",
        "The appeal record was opened to the appellant",
        "appeals.work",
        sources=_DATED,
        guards=("a hearing is set",),
        clocks=(ClockEffect(STOP, "appeal.record_open"),),
        done="The appeal record was opened to the appellant",
        offered=lambda case, actor: (
            hearing_state(case) == "scheduled" and case.hearing.record_opened_on is None
        ),
        source="10 CCR 6614(d)(1)",
    ),
    Act(
        "begin_sop",
        "Begin the statement of position",
        "appeals.work",
        sources=frozenset({"informal_resolution"}),
        target="statement_of_position",
        by_owner=True,
        guards=("not resolved", "the day of the hearing is known"),
        done="Statement of position begun",
        source="AP-02, C.8 6",
    ),
    Act(
        "deliver",
        "Record a delivery of the statement of position",
        "appeals.work",
        sources=_DELIVERABLE,
        guards=("every required paper of the packet", "evidence of the delivery"),
        confirm=True,
        done="The statement of position was delivered",
        source="AP-02, C.8 7",
    ),
    Act(
        "sop_complete",
        "The statement of position is delivered to both",
        "appeals.work",
        sources=frozenset({"statement_of_position"}),
        target="sop_delivered",
        by_system=True,
        guards=("a delivery to the appellant", "a delivery to CDSS"),
        done="The statement of position is with the appellant and CDSS",
        source="AP-02, C.8 7",
    ),
    Act(
        "postpone_hearing",
        "CDSS postponed the hearing",
        "appeals.record",
        sources=_DATED,
        guards=("a reason",),
        clocks=tuple(ClockEffect(CANCEL, key) for key in BY_HEARING_DATE),
        notifies=("appeal.hearing_postponed",),
        confirm=True,
        done="CDSS postponed the hearing",
        offered=_hearing_is("scheduled"),
        source="C.8 10",
    ),
    Act(
        "hearing_off",
        "The hearing is postponed",
        "appeals.record",
        sources=frozenset({"hearing_scheduled"}),
        target="postponed",
        by_system=True,
        done="The hearing is postponed",
        source="C.8 10",
    ),
    Act(
        "hold_hearing",
        "Record the hearing as held",
        "appeals.record",
        sources=frozenset({"hearing_scheduled"}),
        target="heard",
        guards=(
            "the Administrative Law Judge is named",
            "the statement of position was delivered to the appellant and to CDSS before it",
        ),
        clocks=(
            ClockEffect(STOP, "appeal.hearing"),
            ClockEffect(CANCEL, "appeal.record_open"),
            ClockEffect(CANCEL, "appeal.hearing_notice"),
        ),
        done="The hearing was held",
        source="AP-03, AP-09, C.8 9",
    ),
    Act(
        "issue_decision",
        "Record the decision",
        "appeals.record",
        sources=frozenset({"heard"}),
        target="decision_issued",
        guards=("the text of the decision", "its outcome and effective date"),
        clocks=(
            ClockEffect(STOP, "appeal.decision"),
            ClockEffect(STOP, "appeal.expedited_decision"),
        ),
        notifies=("appeal.decided",),
        done="The judge decided",
        source="C.8 11",
    ),
    Act(
        "begin_implementation",
        "Begin the implementation",
        "appeals.work",
        sources=frozenset({"decision_issued"}),
        target="implementation",
        guards=("what has to be done",),
        done="Implementation begun",
        source="AP-04, C.8 12",
    ),
)
