"""What the system does by itself on a constituent case when a clock's time comes (C.1 7, 9)."""

from datetime import datetime

from escalations.constituent.endings import close_case
from portal.casework.models import Case
from portal.casework.services import perform
from portal.clocks import timed_acts
from portal.tenancy.actor import Actor


def close_in_time(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Close a resolved case of which the office was told five business days ago."""
    return close_case(case=case, actor=actor)


def remind_office(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Remind the office of what it was asked for, three business days later."""
    return perform(case=case, act_key="remind_office", actor=actor, at=at)


def register() -> None:
    """Make both known to the sweep."""
    timed_acts.on_breach("constituent.auto_close", close_in_time)
    timed_acts.on_warning("constituent.office_answer", remind_office)
