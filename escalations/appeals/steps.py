"""Steps that consist of a day on which something was done: one mechanism for all of them.

Each is a row of the table with its clock; what a step needs beside the day is its guard here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from escalations.appeals.common import past_day, screened
from escalations.appeals.models import AppealDetail, Hearing, Withdrawal
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class DatedStep:
    """Where a step's day is kept, and what must hold for it."""

    row: Callable[[Case], Any]
    field: str
    #: Raises ``Refused`` when the step makes no sense yet.
    guard: Callable[[Any], None] = lambda row: None


def _appeal(case: Case) -> AppealDetail:
    return case.appeal


def live_hearing(case: Case) -> Hearing:
    """The hearing that is set.

    Raises:
        Refused: there is none, or it was postponed or called off.
    """
    hearing = Hearing.objects.filter(case=case).first()
    if hearing is None or hearing.state != Hearing.State.SCHEDULED:
        raise Refused("No hearing is set. Record the hearing CDSS set first.")
    return hearing


def last_withdrawal(case: Case) -> Withdrawal:
    """The withdrawal the case stands on.

    Raises:
        Refused: the appellant has not withdrawn.
    """
    found = Withdrawal.objects.filter(case=case, objected_on=None).last()
    if found is None:
        raise Refused("The appellant has not withdrawn.")
    return found


def _handed_over(detail: AppealDetail) -> None:
    if detail.handed_over_on is None:
        raise Refused("The request has not been handed over to CDSS yet.")


def _denied(detail: AppealDetail) -> None:
    if detail.expedited != AppealDetail.Expedited.DENIED:
        raise Refused("No expedited appeal was denied.")


def _verbal(withdrawal: Withdrawal) -> None:
    if withdrawal.form != Withdrawal.Form.VERBAL:
        raise Refused("The withdrawal is in writing already; there is nothing to confirm.")


STEPS: Mapping[str, DatedStep] = {
    "acknowledge": DatedStep(_appeal, "acknowledged_on"),
    "hand_over": DatedStep(_appeal, "handed_over_on"),
    "confirm_receipt": DatedStep(_appeal, "receipt_confirmed_on", _handed_over),
    "tell_denial_phone": DatedStep(_appeal, "denial_phoned_on", _denied),
    "tell_denial_written": DatedStep(_appeal, "denial_written_on", _denied),
    "record_hearing_notice": DatedStep(live_hearing, "notice_on"),
    "open_record": DatedStep(live_hearing, "record_opened_on"),
    "send_outcome_notice": DatedStep(last_withdrawal, "notice_on"),
    "confirm_withdrawal": DatedStep(last_withdrawal, "confirmed_on", _verbal),
    "tell_cdss": DatedStep(last_withdrawal, "cdss_told_on"),
}


def record_step(
    *,
    act_key: str,
    case: Case,
    actor: Actor,
    on: date,
    remark: str = "",
    expected_version: int | None = None,
) -> Case:
    """Record the day (in the exchange's zone) on which a step was done.

    Raises:
        Refused: it is on record already, or makes no sense yet.
        SsnRefused: the remark holds a Social Security number.
        ValidationError: the day lies in the future.
    """
    step = STEPS[act_key]
    remark = screened("the remark", remark)
    past_day("on", on, actor.exchange)

    def effect(case: Case) -> Change:
        row = step.row(case)
        step.guard(row)
        if (known := getattr(row, step.field)) is not None:
            raise Refused(f"This is on record already: {known:%B} {known.day}, {known.year}.")
        setattr(row, step.field, on)
        row.save(update_fields=[step.field])
        return Change(
            note=remark,
            event_data={"on": on.isoformat()},
            fields=[step.field],
        )

    return perform(
        case=case, act_key=act_key, actor=actor, expected_version=expected_version, effect=effect
    )


def service_of(act_key: str) -> Callable[..., Case]:
    """The service of one dated step."""
    return partial(record_step, act_key=act_key)


def start(*keys: str, party: str = "unit") -> list[ClockEffect]:
    """Clocks that begin with an act."""
    return [ClockEffect(Effect.START, key, party=party) for key in keys]


def cancel(*keys: str) -> list[ClockEffect]:
    """Clocks that an act makes moot."""
    return [ClockEffect(Effect.CANCEL, key) for key in keys]
