"""The parts kinds of ticket are put together from: whom one may wait for, and how its work ends."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wait:
    """One way in which a ticket waits for somebody outside the unit (decision 10)."""

    status: str
    label: str
    party: str
    #: Runs while the ticket waits; each kind of ticket shares it.
    policy: str
    #: The act that begins it, and the one that ends it.
    begin: str
    begin_label: str
    begun: str
    end: str
    end_label: str
    ended: str
    guards: tuple[str, ...]
    source: str
    #: Messages when it begins: the enroller is told the promise differently (ES-03).
    notifies: tuple[str, ...] = ()
    #: Somebody else's act ends it too: a help-desk ticket that is fixed.
    ended_by_system: bool = False


CONSUMER = Wait(
    "pending_consumer",
    "Waiting for the consumer",
    "consumer",
    "ticket.consumer_answer",
    "ask_consumer",
    "Ask the consumer for something",
    "The consumer was asked for something",
    "consumer_answered",
    "Record the consumer's answer",
    "The consumer answered",
    ("what is missing is named",),
    "C.1 7, C.2a 7",
)
ENROLLER = Wait(
    "pending_enroller",
    "Waiting for the enroller",
    "enroller",
    "ticket.enroller_answer",
    "ask_enroller",
    "Ask the enroller for something",
    "The enroller was asked for something",
    "enroller_answered",
    "Record the enroller's answer",
    "The enroller answered",
    ("what is missing is named",),
    "C.2a 7",
)
CARRIER = Wait(
    "pending_carrier",
    "Waiting for the health plan",
    "carrier",
    "ticket.carrier_follow_up",
    "ask_carrier",
    "Coordinate with a health plan",
    "The health plan was asked",
    "carrier_answered",
    "Record the health plan's answer",
    "The health plan answered",
    ("the health plan and what was asked are named",),
    "ES-03, C.2a 6",
    notifies=("ticket.exception_carrier",),
)
HELP_DESK = Wait(
    "pending_help_desk",
    "Waiting for the help desk",
    "help_desk",
    "ticket.help_desk_review",
    "wait_for_help_desk",
    "Wait for a help desk ticket",
    "Waits for a help desk ticket",
    "help_desk_done",
    "Go on without the help desk",
    "The help desk is done",
    ("a help desk ticket is linked",),
    "ES-03, C.2a 5",
    notifies=("ticket.exception_help_desk",),
    ended_by_system=True,
)
ALL_WAITS = (CONSUMER, ENROLLER, CARRIER, HELP_DESK)


@dataclass(frozen=True)
class Outcome:
    """One way in which the work on a ticket ends, for the consumer."""

    status: str = "resolved"
    label: str = "Resolved"
    act: str = "resolve"
    act_label: str = "Resolve"
    guards: tuple[str, ...] = (
        "resolution code and steps",
        "a contact with the consumer is on record",
    )
    source: str = "C.1 8, C.2a 9"
    #: Where it may be recorded, when that differs from the kind's other outcomes.
    sources: frozenset[str] = frozenset()
    #: Whether a code of the exchange's list says how it ended, besides the status.
    takes_code: bool = True
    #: Whether the consumer must have been told first.
    needs_contact: bool = True


def ending(
    status: str, label: str, act: str, act_label: str, *, needs_contact: bool = False, **more: Any
) -> Outcome:
    """An outcome that its status says in full: steps are asked for, a code is not."""
    guards: tuple[str, ...] = ("the steps taken",)
    if needs_contact:
        guards += ("a contact with the consumer is on record",)
    return Outcome(
        status,
        label,
        act,
        act_label,
        guards,
        takes_code=False,
        needs_contact=needs_contact,
        **more,
    )


RESOLVED = Outcome()
#: Resolved, in work that has no consumer who could be told.
SETTLED = Outcome(guards=("resolution code and steps",), needs_contact=False)
