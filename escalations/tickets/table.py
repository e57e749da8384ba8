"""The transition table of an escalation ticket (C.2a; ES-01, ES-02, EA-12)."""

from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Act, Coarse, Status, machine
from portal.clocks.effects import ClockEffect, Effect

_IN_PROGRESS = Coarse.IN_PROGRESS

MACHINE = machine(
    "ticket",
    initial="new",
    statuses=(
        Status("new", "New", _IN_PROGRESS),
        Status("in_progress", "In progress", _IN_PROGRESS),
        Status("pending_consumer", "Waiting for the consumer", _IN_PROGRESS, is_waiting=True),
        Status("returned", "Returned", _IN_PROGRESS, is_open=False),
        Status("resolved", "Resolved", Coarse.RESOLVED, is_open=False),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("cancelled", "Cancelled", Coarse.RESOLVED, is_open=False),
    ),
    acts=(
        Act(
            "start",
            "Start work",
            "tickets.work",
            sources=frozenset({"new"}),
            target="in_progress",
            by_owner=True,
            done="Work begun",
            source="C.2a 4",
        ),
        Act(
            "ask_consumer",
            "Ask the consumer for something",
            "tickets.work",
            sources=frozenset({"in_progress"}),
            target="pending_consumer",
            by_owner=True,
            guards=("what is missing is named",),
            clocks=(
                ClockEffect(Effect.PAUSE, "ticket.resolve", party="consumer"),
                ClockEffect(Effect.START, "ticket.consumer_answer", party="consumer"),
            ),
            done="The consumer was asked for something",
            source="C.1 7, C.2a 7",
        ),
        Act(
            "consumer_answered",
            "Record the consumer's answer",
            "tickets.work",
            sources=frozenset({"pending_consumer"}),
            target="in_progress",
            by_owner=True,
            clocks=(
                ClockEffect(Effect.STOP, "ticket.consumer_answer"),
                ClockEffect(Effect.RESUME, "ticket.resolve"),
            ),
            done="The consumer answered",
            source="C.2a 8",
        ),
        Act(
            "record_contact",
            "Record a contact with the consumer",
            "tickets.work",
            sources=frozenset({"in_progress", "pending_consumer"}),
            by_owner=True,
            done="Contact with the consumer",
            source="EA-12",
        ),
        Act(
            "resolve",
            "Resolve",
            "tickets.work",
            sources=frozenset({"in_progress"}),
            target="resolved",
            by_owner=True,
            guards=("resolution code and steps", "a contact with the consumer is on record"),
            clocks=(
                ClockEffect(Effect.STOP, "ticket.resolve"),
                ClockEffect(Effect.START, "ticket.auto_close"),
            ),
            confirm=True,
            done="Resolved",
            source="C.1 8, C.2a 9",
        ),
        Act(
            "close",
            "Close",
            "tickets.work",
            sources=frozenset({"resolved"}),
            target="closed",
            by_system=True,
            clocks=(ClockEffect(Effect.CANCEL, "ticket.auto_close"),),
            done="Closed",
            source="C.2a 10",
        ),
        Act(
            "reopen",
            "Reopen",
            "tickets.reopen",
            sources=frozenset({"resolved", "closed", "returned"}),
            target="in_progress",
            by_system=True,
            guards=("a reason",),
            clocks=(
                ClockEffect(Effect.CANCEL, "ticket.auto_close"),
                ClockEffect(Effect.START, "ticket.resolve"),
            ),
            done="Reopened",
            source="C.1 10",
        ),
        Act(
            "return_ticket",
            "Return to whoever sent it",
            "tickets.return",
            sources=frozenset({"new", "in_progress"}),
            target="returned",
            guards=("a reason",),
            clocks=(ClockEffect(Effect.CANCEL),),
            confirm=True,
            done="Returned",
            source="C.2a 11",
        ),
        Act(
            "cancel",
            "Cancel",
            "tickets.work",
            sources="any open",
            target="cancelled",
            by_system=True,
            clocks=(ClockEffect(Effect.CANCEL),),
            done="Cancelled",
            source="C.2a",
        ),
        Act(
            "set_urgent", "Mark urgent", "tickets.set_urgent", source="SC-15", done="Marked urgent"
        ),
        Act(
            "clear_urgent",
            "Not urgent after all",
            "tickets.clear_urgent",
            source="SC-15, C.3",
            done="Urgent mark removed",
        ),
        *COMMON_ACTS,
    ),
)

#: Clocks a new ticket starts with (decision 9).
OPENING_CLOCKS = (ClockEffect(Effect.START, "ticket.resolve"),)
