"""What the system does by itself: remind a producer who was asked and has not answered."""

from datetime import datetime

from escalations.producers.table import ANSWER
from portal.casework.models import Case
from portal.casework.services import perform
from portal.clocks import timed_acts
from portal.tenancy.actor import Actor


def remind_producer(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Tell the producer once more that information is needed; the patience begins anew."""
    return perform(case=case, act_key="producer_reminded", actor=actor, at=at)


def register() -> None:
    """Make it known to the sweep."""
    timed_acts.on_breach(ANSWER, remind_producer)
