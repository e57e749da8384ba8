"""The transition table of a producer's escalation (C.2b; MD-10…MD-24).

It is the tickets' own machine with the guide's words for its statuses, one party to wait for, and
the producer's own acts. A draft is no status: until it is submitted it is its writer's alone
(:mod:`portal.casework.drafts`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from escalations.tickets.machines import ENROLLER, RESOLVED, work_machine
from portal.casework.machine import ANY, Act, Audience, Machine, machine
from portal.clocks.effects import ClockEffect, Effect

KIND = "producer_escalation"
#: “You can expect a reply within 2 business days.” (MD-20)
REPLY = "producer_escalation.reply"
#: How long before a producer who was asked is reminded.
ANSWER = "producer_escalation.answer"
#: A promise to resolve; the guide makes none, an exchange may (policy of this key).
RESOLVE = "producer_escalation.resolve"

ASKED = "pending_enroller"
LABELS = {"new": "Submitted", "in_progress": "In review", "resolved": "Resolved"}

_ASKING = replace(
    ENROLLER,
    label="Additional information needed",
    policy=ANSWER,
    begin_label="Ask the producer for information",
    begun="Additional information needed",
    end_label="Record the producer's answer",
    ended="The producer answered",
    guards=("what is needed is named",),
    source="C.2b 5, 6",
)
_OUTCOME = replace(RESOLVED, guards=("the resolution or the next steps",), source="C.2b 7, MD-21")

_BACK_TO_REVIEW = (
    ClockEffect(Effect.STOP, ANSWER),
    ClockEffect(Effect.RESUME, RESOLVE),
    ClockEffect(Effect.RESUME, REPLY),
)
_OWN_ACTS = (
    Act(
        "answer_producer",
        "Write to the producer",
        "tickets.work",
        sources=frozenset({"new", "in_progress", "resolved"}),
        by_owner=True,
        guards=("the reply or the next steps",),
        clocks=(ClockEffect(Effect.STOP, REPLY),),
        audience=Audience.STATUS,
        notifies=("producer_escalation.answered",),
        confirm=True,
        done="Reply to the producer",
        source="MD-12, MD-20",
    ),
    Act(
        "producer_replied",
        "Reply",
        "producers.reply",
        sources=frozenset({ASKED}),
        target="in_progress",
        guards=("no personal data: such a reply is held",),
        clocks=_BACK_TO_REVIEW,
        audience=Audience.STATUS,
        notifies=("producer_escalation.producer_replied",),
        done="The producer replied",
        source="C.2b 6, MD-12",
    ),
    Act(
        "producer_wrote",
        "Write to the team",
        "producers.reply",
        sources=frozenset({"new", "in_progress", "resolved"}),
        guards=("no personal data: such a reply is held",),
        audience=Audience.STATUS,
        notifies=("producer_escalation.producer_replied",),
        quiet=True,
        done="The producer wrote",
        source="MD-08, MD-12",
    ),
    Act(
        "record_message",
        "Record what the producer said",
        "producers.record",
        sources=frozenset({"new", "in_progress", ASKED, "resolved"}),
        audience=Audience.STATUS,
        notifies=("producer_escalation.producer_replied",),
        quiet=True,
        done="The producer called or wrote",
        source="MD-03, MD-08",
    ),
    Act(
        "screen_reply",
        "Check a held reply",
        "producers.screen",
        sources=ANY,
        quiet=True,
        offered=lambda case, actor: case.held_replies.filter(state="held").exists(),
        done="A held reply was checked",
        source="C.2b 6, MD-12",
    ),
    Act(
        "producer_reminded",
        "Remind the producer",
        "tickets.work",
        sources=frozenset({ASKED}),
        by_system=True,
        by_owner=True,
        clocks=(ClockEffect(Effect.RESTART, ANSWER, party="enroller"),),
        audience=Audience.STATUS,
        notifies=("producer_escalation.reminder",),
        quiet=True,
        done="The producer was reminded",
        source="MD-21",
    ),
)

#: Acts of tickets in general that C.2b does not know.
_LEFT_OUT_ACTS = frozenset({"return_ticket"})
_LEFT_OUT_STATUSES = frozenset({"returned"})


def _changes(act: Act) -> Mapping[str, Any]:
    """What the shared row of an act is here: the producer sees each step, and is told of some."""
    match act.key:
        case "start" | "close" | "cancel":
            return {"audience": Audience.STATUS}
        case "ask_enroller":
            return {
                "audience": Audience.STATUS,
                "confirm": True,
                "notifies": ("producer_escalation.information_needed",),
                "clocks": (*act.clocks, ClockEffect(Effect.PAUSE, REPLY, party="enroller")),
            }
        case "enroller_answered":
            return {"audience": Audience.STATUS, "clocks": _BACK_TO_REVIEW}
        case "resolve":
            return {"audience": Audience.STATUS, "notifies": ("producer_escalation.resolved",)}
        case "mark_duplicate":
            return {
                "audience": Audience.STATUS,
                "guards": ("the original incident's number",),
                "notifies": ("producer_escalation.duplicate",),
            }
        case "reopen":
            return {
                "audience": Audience.STATUS,
                "sources": frozenset({"resolved", "closed"}),
                "clocks": (*act.clocks, ClockEffect(Effect.START, REPLY)),
            }
    return {}


def _table() -> Machine:
    shared = work_machine(
        KIND,
        labels=LABELS,
        waits=(_ASKING,),
        outcomes=(_OUTCOME,),
        acts=_OWN_ACTS,
        stops=(REPLY,),
    )
    return machine(
        KIND,
        initial=shared.initial,
        statuses=tuple(s for k, s in shared.statuses.items() if k not in _LEFT_OUT_STATUSES),
        acts=tuple(
            replace(act, **_changes(act))
            for key, act in shared.acts.items()
            if key not in _LEFT_OUT_ACTS
        ),
    )


MACHINE = _table()
#: Clocks of a new escalation (C.2b 2, 3).
OPENING_CLOCKS = (ClockEffect(Effect.START, REPLY), ClockEffect(Effect.START, RESOLVE))
