"""What the enroller and the consumer may expect of a ticket, told differently while an exception
runs (ES-02, ES-03)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalations.tickets import workkinds
from escalations.tickets.machines import CARRIER, CONSUMER, ENROLLER, HELP_DESK
from portal.casework import kinds
from portal.casework.models import Case
from portal.clocks.explanations import promise_of
from portal.clocks.models import SlaPolicy, Timer
from portal.tenancy.actor import Actor

USUAL = "Escalations are usually resolved within 7-10 business days."
_EXCEPTIONS = {
    HELP_DESK.status: "Exception: a help desk ticket is required, such as for CalHEERS Error"
    " Messaging. The usual 7-10 business days do not apply meanwhile.",
    CARRIER.status: "Exception: carrier coordination is required for resolution. The usual 7-10"
    " business days do not apply meanwhile.",
}
_ANSWERS = {
    CONSUMER.status: "We wait for something from the consumer.",
    ENROLLER.status: "We wait for something from the enroller.",
}
#: Status → what its own clock is called to people.
_NEXT = {
    HELP_DESK.status: "Next review",
    CARRIER.status: "Next follow-up",
    CONSUMER.status: "Answer by",
    ENROLLER.status: "Answer by",
}
_POLICY = {wait.status: wait.policy for wait in (HELP_DESK, CARRIER, CONSUMER, ENROLLER)}


@dataclass(frozen=True)
class Promise:
    """A sentence, and the day of the next step where one is set."""

    sentence: str
    is_exception: bool = False
    next_label: str = ""
    next_at: datetime | None = None


def promise_for(case: Case) -> Promise | None:
    """What is promised about a ticket as it stands; None once it has ended."""
    if not case.is_open:
        return None
    work = workkinds.get(case.kind)
    waits = case.status in _NEXT and work.machine.statuses[case.status].is_waiting
    next_at = _due(case, _POLICY[case.status]) if waits else None
    label = _NEXT[case.status] if next_at else ""
    # The words of the exception are those of the promise it is an exception to.
    if waits and work.promise == USUAL and case.status in _EXCEPTIONS:
        return Promise(_EXCEPTIONS[case.status], True, label, next_at)
    usual = work.promise or _from_policy(case)
    sentence = " ".join(filter(None, [_ANSWERS.get(case.status, "") if waits else "", usual]))
    return Promise(sentence, False, label, next_at) if sentence else None


def panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The block "What we promise" of a ticket's page, for everybody who may know of it."""
    if case.kind not in workkinds.kind_keys() or kinds.get(case.kind).project is None:
        return None
    found = promise_for(case)
    return {"promise": found} if found else None


def _due(case: Case, policy: str) -> datetime | None:
    rows = Timer.objects.filter(case_id=case.pk, policy__key=policy, state=Timer.State.RUNNING)
    return rows.values_list("due_at", flat=True).first()


def _from_policy(case: Case) -> str:
    key = f"{case.kind}.resolve"
    policy = SlaPolicy.objects.filter(exchange_id=case.exchange_id, key=key).first()
    return f"We mean to resolve it within {promise_of(policy).partition(',')[0]}." if policy else ""
