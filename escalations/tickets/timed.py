"""What the system does by itself on a ticket when a clock's time comes (C.2a 6, 7, 10)."""

from datetime import datetime

from escalations.tickets.services import end_without_answer
from portal.casework.models import Case
from portal.casework.services import perform
from portal.clocks import timed_acts
from portal.clocks.timed_acts import Handler
from portal.tenancy.actor import Actor


def _performs(act_key: str) -> Handler:
    def handler(*, case: Case, actor: Actor, at: datetime) -> Case:
        return perform(case=case, act_key=act_key, actor=actor, at=at)

    return handler


def register() -> None:
    """Make them known to the sweep."""
    timed_acts.on_breach("ticket.auto_close", _performs("close"))
    timed_acts.on_breach("ticket.consumer_answer", end_without_answer)
    timed_acts.on_breach("ticket.carrier_follow_up", _performs("carrier_follow_up_due"))
    timed_acts.on_breach("help_desk.review", _performs("review_due"))
    timed_acts.on_breach("ticket.help_desk_review", _performs("help_desk_review_due"))
