"""What the system does by itself on a member's case when a clock's time comes."""

from datetime import datetime

from escalations.tiers.table import PARTIES, answer_policy
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
    for party in PARTIES:
        timed_acts.on_breach(answer_policy(party), _performs(f"{party}_answer_due"))
