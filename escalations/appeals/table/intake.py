"""From the request to its validity, and what may be asked beside it (C.8 1–3, 15)."""

from typing import Any

from portal.casework.machine import ANY_OPEN, Act
from portal.clocks.effects import ClockEffect, Effect

START, STOP, CANCEL = Effect.START, Effect.STOP, Effect.CANCEL

#: Statuses before the hearing, in which an expedited appeal still makes a difference.
UNHEARD = frozenset(
    {
        "received",
        "invalid",
        "valid",
        "informal_resolution",
        "statement_of_position",
        "sop_delivered",
        "hearing_scheduled",
        "postponed",
    }
)


def without(field: str) -> Any:
    """Offer an act while the appeal's field is empty."""
    return lambda case, actor: not getattr(case.appeal, field)


def _expedited(*states: str) -> Any:
    return lambda case, actor: case.appeal.expedited in states


INTAKE_ACTS = (
    Act(
        "acknowledge",
        "Acknowledge the request",
        "appeals.work",
        sources=ANY_OPEN,
        clocks=(ClockEffect(STOP, "appeal.acknowledge"),),
        done="The request was acknowledged",
        offered=without("acknowledged_on"),
        source="C.8 2",
    ),
    Act(
        "hand_over",
        "Hand the request over to CDSS",
        "appeals.work",
        sources=ANY_OPEN,
        clocks=(
            ClockEffect(STOP, "appeal.hand_over"),
            ClockEffect(START, "appeal.receipt", party="appeals_entity"),
        ),
        done="The request was handed over to CDSS",
        offered=without("handed_over_on"),
        source="C.8 2",
    ),
    Act(
        "confirm_receipt",
        "CDSS confirmed receipt",
        "appeals.record",
        sources=ANY_OPEN,
        guards=("the request was handed over",),
        clocks=(ClockEffect(STOP, "appeal.receipt"),),
        done="CDSS confirmed that it has the request",
        offered=lambda case, actor: (
            case.appeal.handed_over_on is not None and case.appeal.receipt_confirmed_on is None
        ),
        source="C.8 2",
    ),
    Act(
        "record_valid",
        "CDSS found the request valid",
        "appeals.record",
        sources=frozenset({"received", "invalid"}),
        target="valid",
        done="CDSS found the request valid",
        source="C.8 2, 3",
    ),
    Act(
        "record_invalid",
        "CDSS found the request invalid",
        "appeals.record",
        sources=frozenset({"received"}),
        target="invalid",
        guards=("a reason", "the day by which it can be cured"),
        confirm=True,
        done="CDSS found the request invalid",
        source="C.8 2",
    ),
    Act(
        "record_cure",
        "The appellant cured the request",
        "appeals.work",
        sources=frozenset({"invalid"}),
        target="received",
        guards=("what was cured",),
        done="The request was cured, and goes to CDSS again",
        source="C.8 2",
    ),
    Act(
        "edit",
        "Correct the appeal's information",
        "appeals.work",
        sources=ANY_OPEN,
        done="Information corrected",
        source="C.8 1",
    ),
)

#: Asked for and recorded beside the appeal's own way; offered after its steps.
FLAG_ACTS = (
    Act(
        "ask_expedited",
        "Ask for an expedited appeal",
        "appeals.ask_expedited",
        sources=UNHEARD,
        guards=("the immediate need for health services",),
        done="An expedited appeal was asked for",
        offered=_expedited("no", "denied"),
        source="C.8 15",
    ),
    Act(
        "grant_expedited",
        "CDSS granted the expedited appeal",
        "appeals.record",
        sources=UNHEARD,
        guards=("it was asked for",),
        done="CDSS granted an expedited appeal",
        offered=_expedited("asked"),
        source="C.8 15",
    ),
    Act(
        "deny_expedited",
        "CDSS denied the expedited appeal",
        "appeals.record",
        sources=UNHEARD,
        guards=("it was asked for",),
        clocks=(
            ClockEffect(START, "appeal.expedited_denial_phone"),
            ClockEffect(START, "appeal.expedited_denial_written"),
        ),
        done="CDSS denied an expedited appeal",
        offered=_expedited("asked"),
        source="C.8 15",
    ),
    Act(
        "tell_denial_phone",
        "The appellant was told of the denial by phone",
        "appeals.work",
        sources=ANY_OPEN,
        guards=("an expedited appeal was denied",),
        clocks=(ClockEffect(STOP, "appeal.expedited_denial_phone"),),
        done="The appellant was told by phone that the appeal is not expedited",
        offered=lambda case, actor: (
            case.appeal.expedited == "denied" and case.appeal.denial_phoned_on is None
        ),
        source="C.8 15",
    ),
    Act(
        "tell_denial_written",
        "The appellant was told of the denial in writing",
        "appeals.work",
        sources=ANY_OPEN,
        guards=("an expedited appeal was denied",),
        clocks=(ClockEffect(STOP, "appeal.expedited_denial_written"),),
        done="The appellant was told in writing that the appeal is not expedited",
        offered=lambda case, actor: (
            case.appeal.expedited == "denied" and case.appeal.denial_written_on is None
        ),
        source="C.8 15",
    ),
    Act(
        "record_continued",
        "Record continued enrollment",
        "appeals.work",
        sources=ANY_OPEN,
        done="Continued enrollment recorded",
        source="C.8, 10 CCR 6608",
    ),
)
