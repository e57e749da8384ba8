"""The one mechanism behind every kind of ticket: statuses and acts as parts, put together by data.

The kinds share the keys of their statuses and acts, so that one set of services, doors, pages and
reports serves all; they differ in labels, in the steps between *new* and *resolved*, and in their
clocks. What only one kind has is added as rows of its own (C.2a, C.3; SC-13, SC-14).
"""

from collections.abc import Mapping
from dataclasses import replace

from escalations.letters.acts import LETTER_ACTS
from escalations.tickets.parts import (
    ALL_WAITS,
    CARRIER,
    CONSUMER,
    ENROLLER,
    HELP_DESK,
    RESOLVED,
    SETTLED,
    Outcome,
    Wait,
    ending,
)
from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import ANY_OPEN, Act, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

WORKING = frozenset({"in_progress"})
CLOSES_IN_TIME = (ClockEffect(Effect.START, "ticket.auto_close"),)
_IN_PROGRESS = Coarse.IN_PROGRESS


def work_machine(
    kind: str,
    *,
    labels: Mapping[str, str] | None = None,
    waits: tuple[Wait, ...] = ALL_WAITS,
    outcomes: tuple[Outcome, ...] = (RESOLVED,),
    statuses: tuple[Status, ...] = (),
    acts: tuple[Act, ...] = (),
    starts_from: frozenset[str] = frozenset({"new"}),
    resolves_from: frozenset[str] = WORKING,
    promises: tuple[str, ...] = (),
    reopens: tuple[str, ...] | None = None,
    pauses: bool = True,
    tells_exceptions: bool = False,
    contact_from: frozenset[str] = frozenset(),
    stops: tuple[str, ...] = (),
) -> Machine:
    """The machine of one kind of ticket.

    Args:
        labels: what this kind calls the shared statuses, by key.
        waits: whom its tickets may wait for; the promise stands meanwhile.
        outcomes: how work ends; each has its status and its act.
        statuses: steps only this kind has.
        acts: rows only this kind has, before the shared ones.
        starts_from: where "Start work" begins.
        resolves_from: where its outcomes may be recorded.
        promises: policies that its outcomes keep; without any, ``<kind>.resolve``.
        reopens: those of them that start again when a ticket is reopened; None: all.
        pauses: whether the promises stand while it waits for somebody (decision 10); those a
            source makes to consumers without an exception go on.
        tells_exceptions: whether the enroller is told that the 7–10 business days do not apply
            while a health plan or the help desk has it (ES-03); other kinds never promised them.
        contact_from: where a contact may be recorded besides in the middle of work.
        stops: further promises that an outcome keeps, e.g. ``access_to_care.contact``.

    Raises:
        ValueError: the table contradicts itself.
    """
    promises = promises or (f"{kind}.resolve",)
    paused = promises if pauses else ()
    labels = labels or {}

    def status(key: str, label: str, **more: object) -> Status:
        return Status(key, labels.get(key, label), **{"coarse": _IN_PROGRESS, **more})  # type: ignore[arg-type]

    ended = frozenset(outcome.status for outcome in outcomes)
    return machine(
        kind,
        initial="new",
        statuses=(
            status("new", "New"),
            *(s for s in statuses if s.is_open),
            status("in_progress", "In progress"),
            *(status(w.status, w.label, is_waiting=True, party=w.party) for w in waits),
            *(status(o.status, o.label, coarse=Coarse.RESOLVED, is_open=False) for o in outcomes),
            *(s for s in statuses if not s.is_open),
            status("returned", "Returned", is_open=False),
            status("closed", "Closed", coarse=Coarse.RESOLVED, is_open=False),
            status("cancelled", "Cancelled", coarse=Coarse.RESOLVED, is_open=False),
            status("duplicate", "Duplicate", coarse=Coarse.RESOLVED, is_open=False),
        ),
        acts=(
            _start(starts_from),
            *acts,
            *(
                act
                for wait in waits
                for act in _waiting(
                    wait if tells_exceptions else replace(wait, notifies=()),
                    promises,
                    paused,
                    ended,
                )
            ),
            _contact(waits, contact_from),
            *(_outcome(o, (*promises, *stops), resolves_from) for o in outcomes),
            *_endings(promises if reopens is None else reopens, ended, starts_from),
            *_urgency(),
            *_shared(),
            *COMMON_ACTS,
            *LETTER_ACTS,
        ),
    )


def _start(sources: frozenset[str]) -> Act:
    return Act(
        "start",
        "Start work",
        "tickets.work",
        sources=sources,
        target="in_progress",
        by_owner=True,
        done="Work begun",
        source="C.2a 4",
    )


def _waiting(
    wait: Wait, promises: tuple[str, ...], paused: tuple[str, ...], ended: frozenset[str]
) -> tuple[Act, ...]:
    """Ask, follow up, and go on: the promise stands in the other party's hands meanwhile."""
    rows = [
        Act(
            wait.begin,
            wait.begin_label,
            "tickets.work",
            sources=WORKING,
            target=wait.status,
            by_owner=True,
            guards=wait.guards,
            clocks=(
                *(ClockEffect(Effect.PAUSE, promise, party=wait.party) for promise in paused),
                ClockEffect(Effect.START, wait.policy, party=wait.party),
            ),
            notifies=wait.notifies,
            done=wait.begun,
            source=wait.source,
        ),
        Act(
            wait.end,
            wait.end_label,
            "tickets.work",
            sources=frozenset({wait.status}),
            target="in_progress",
            by_owner=True,
            by_system=wait.ended_by_system,
            clocks=(
                ClockEffect(Effect.STOP, wait.policy),
                *(ClockEffect(Effect.RESUME, promise) for promise in paused),
            ),
            done=wait.ended,
            source="C.2a 8",
        ),
    ]
    if wait.status == CARRIER.status:
        rows.append(_follow_up(wait, "carrier_followed_up", "Record a follow-up", "Followed up"))
        rows.append(_follow_up_due(wait, "carrier_follow_up_due", "ticket.carrier_follow_up_due"))
    if wait.status == HELP_DESK.status:
        rows.append(_follow_up_due(wait, "help_desk_review_due", "ticket.help_desk_review_due"))
    if wait.status == CONSUMER.status:
        rows.append(
            Act(
                "no_answer",
                "End for want of an answer",
                "tickets.work",
                sources=frozenset({wait.status}),
                # Where work can end in several ways, none of them is known to be the right one.
                target="resolved" if "resolved" in ended else "closed",
                by_owner=True,
                by_system=True,
                clocks=(
                    ClockEffect(Effect.STOP, wait.policy),
                    *(ClockEffect(Effect.STOP, promise) for promise in promises),
                    *(
                        (ClockEffect(Effect.START, "ticket.auto_close"),)
                        if "resolved" in ended
                        else ()
                    ),
                ),
                confirm=True,
                done="Ended: no answer came",
                source="C.2a 7",
            )
        )
    return tuple(rows)


def _follow_up(wait: Wait, key: str, label: str, done: str) -> Act:
    return Act(
        key,
        label,
        "tickets.work",
        sources=frozenset({wait.status}),
        by_owner=True,
        clocks=(ClockEffect(Effect.RESTART, wait.policy, party=wait.party),),
        done=done,
        source=wait.source,
    )


def _follow_up_due(wait: Wait, key: str, message: str) -> Act:
    """Every five business days somebody looks; the clock runs anew for the next time."""
    return Act(
        key,
        "Follow-up due",
        "tickets.work",
        sources=frozenset({wait.status}),
        by_system=True,
        clocks=(ClockEffect(Effect.RESTART, wait.policy, party=wait.party),),
        notifies=(message,),
        quiet=True,
        offered=lambda case, actor: False,
        done="A follow-up is due",
        source=wait.source,
    )


def _contact(waits: tuple[Wait, ...], more: frozenset[str]) -> Act:
    return Act(
        "record_contact",
        "Record a contact with the consumer",
        "tickets.work",
        sources=WORKING | more | {wait.status for wait in waits},
        by_owner=True,
        done="Contact with the consumer",
        source="EA-12",
    )


def _outcome(outcome: Outcome, kept: tuple[str, ...], sources: frozenset[str]) -> Act:
    return Act(
        outcome.act,
        outcome.act_label,
        "tickets.work",
        sources=outcome.sources or sources,
        target=outcome.status,
        by_owner=True,
        guards=outcome.guards,
        clocks=(*(ClockEffect(Effect.STOP, policy) for policy in kept), *CLOSES_IN_TIME),
        notifies=("ticket.resolved",),
        confirm=True,
        done=outcome.label,
        source=outcome.source,
    )


def closing(ended: frozenset[str], action: str = "tickets.work") -> Act:
    """The row that closes what has ended; a timer does so after five business days."""
    return Act(
        "close",
        "Close",
        action,
        sources=ended,
        target="closed",
        by_system=True,
        clocks=(ClockEffect(Effect.CANCEL, "ticket.auto_close"),),
        done="Closed",
        source="C.2a 10",
    )


def _endings(
    reopens: tuple[str, ...], ended: frozenset[str], early: frozenset[str]
) -> tuple[Act, ...]:
    return (
        closing(ended),
        Act(
            "reopen",
            "Reopen",
            "tickets.reopen",
            sources=ended | {"closed", "returned"},
            target="in_progress",
            by_system=True,
            guards=("a reason",),
            clocks=(
                ClockEffect(Effect.CANCEL, "ticket.auto_close"),
                *(ClockEffect(Effect.START, promise) for promise in reopens),
            ),
            done="Reopened",
            source="C.1 10",
        ),
        Act(
            "return_ticket",
            "Return to whoever sent it",
            "tickets.return",
            sources=early | WORKING,
            target="returned",
            guards=("a reason",),
            clocks=(ClockEffect(Effect.CANCEL),),
            notifies=("ticket.returned",),
            confirm=True,
            done="Returned",
            source="C.2a 11",
        ),
        Act(
            "cancel",
            "Cancel",
            "tickets.work",
            target="cancelled",
            by_system=True,
            clocks=(ClockEffect(Effect.CANCEL),),
            done="Cancelled",
            source="C.2a",
        ),
        Act(
            "mark_duplicate",
            "End as a duplicate",
            "tickets.work",
            target="duplicate",
            guards=("the other ticket's number",),
            clocks=(ClockEffect(Effect.CANCEL),),
            confirm=True,
            done="Ended as a duplicate",
            source="C.2a, C.2b 8, MD-03",
        ),
    )


def _urgency() -> tuple[Act, ...]:
    return (
        Act(
            "set_urgent",
            "Mark urgent",
            "tickets.set_urgent",
            source="SC-15",
            done="Marked urgent",
            offered=lambda case, actor: not case.is_urgent,
        ),
        Act(
            "clear_urgent",
            "Not urgent after all",
            "tickets.clear_urgent",
            source="SC-15, C.3",
            done="Urgent mark removed",
            offered=lambda case, actor: case.is_urgent,
        ),
    )


def _shared() -> tuple[Act, ...]:
    return (
        Act(
            "edit_facts",
            "Edit the facts",
            "tickets.work",
            sources=ANY_OPEN,
            guards=("the type of ticket asks for facts of its own",),
            offered=lambda case, actor: bool(case.ticket.ticket_type.fields),
            done="Facts changed",
            source="ES-04, SC-16",
        ),
        Act(
            "assign_by_rule",
            "Assign by rule",
            "casework.assign",
            sources=ANY_OPEN,
            by_system=True,
            notifies=("case.assigned",),
            offered=lambda case, actor: False,
            done="Assigned by the routing table",
            source="C.2a 3",
        ),
    )


def opening_clocks(kind: str, *more: str) -> tuple[ClockEffect, ...]:
    """Clocks a new ticket of a kind starts with: its promise, and further policies by key."""
    keys = (f"{kind}.resolve", *more)
    return tuple(ClockEffect(Effect.START, key) for key in keys)


__all__ = ["ALL_WAITS", "CARRIER", "CONSUMER", "ENROLLER", "HELP_DESK", "Outcome"]
__all__ += ["RESOLVED", "SETTLED", "WORKING", "Wait", "closing", "ending", "opening_clocks"]
__all__ += ["work_machine"]
