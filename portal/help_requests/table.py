"""The transition table of a help request (C.4; HR-01…HR-07).

A draft is no status: until it is submitted it is its writer's alone
(:mod:`portal.casework.drafts`). “Re-routed” is none either: the request stays as it is, at another
team, and its clock goes on (C.4 6).
"""

from typing import Any

from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Act, Audience, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

KIND = "help_request"
#: The proposed promise: a first response within two business days.
FIRST_RESPONSE = f"{KIND}.first_response"
#: A promise to resolve; the sources make none, an exchange may (a policy of this key).
RESOLVE = f"{KIND}.resolve"
#: An enroller who was asked and does not answer: the request is resolved by itself.
ANSWER = f"{KIND}.enroller_answer"
#: A resolved request is closed by itself; until then its enroller may reopen it.
AUTO_CLOSE = f"{KIND}.auto_close"

SUBMITTED, IN_PROGRESS, WAITING = "submitted", "in_progress", "waiting_on_enroller"
RESOLVED, CLOSED, CANCELLED = "resolved", "closed", "cancelled"
#: “Open Cases” are all that are not closed (C.4, HR-06); the rest is history.
HISTORY = frozenset({CLOSED, CANCELLED})

_WORK, _REPLY = "help_requests.work", "help_requests.reply"

_STATUSES = (
    Status(SUBMITTED, "Submitted", Coarse.RECEIVED),
    Status(IN_PROGRESS, "In Progress", Coarse.IN_PROGRESS),
    Status(WAITING, "Waiting on Enroller", Coarse.IN_PROGRESS, is_waiting=True, party="enroller"),
    Status(RESOLVED, "Resolved", Coarse.RESOLVED, is_open=False),
    Status(CLOSED, "Closed", Coarse.RESOLVED, is_open=False),
    Status(CANCELLED, "Cancelled", Coarse.RESOLVED, is_open=False),
)

_BACK_TO_WORK = (ClockEffect(Effect.STOP, ANSWER), ClockEffect(Effect.RESUME, RESOLVE))
_RESOLVED = (ClockEffect(Effect.STOP), ClockEffect(Effect.START, AUTO_CLOSE))
_AGAIN = (ClockEffect(Effect.CANCEL, AUTO_CLOSE), ClockEffect(Effect.START, RESOLVE))


def _concerns(case: Any, actor: Any) -> bool:
    """Whether the enroller who asks is one whom the request concerns; staff always are."""
    return not actor.is_outside or case.opened_by_id == actor.person_id or actor.is_lead


_TEAM = (
    Act(
        "start",
        "Start work",
        _WORK,
        sources=frozenset({SUBMITTED}),
        target=IN_PROGRESS,
        guards=("the request becomes one's own when nobody has it",),
        clocks=(ClockEffect(Effect.STOP, FIRST_RESPONSE),),
        audience=Audience.STATUS,
        notifies=("help_request.started",),
        done="Work began",
        source="C.4 4",
    ),
    Act(
        "ask_enroller",
        "Ask the enroller",
        _WORK,
        sources=frozenset({IN_PROGRESS}),
        target=WAITING,
        by_owner=True,
        guards=("what is needed is named",),
        clocks=(
            ClockEffect(Effect.PAUSE, RESOLVE, party="enroller"),
            ClockEffect(Effect.START, ANSWER, party="enroller"),
        ),
        audience=Audience.STATUS,
        notifies=("help_request.information_needed",),
        confirm=True,
        done="The enroller was asked for something",
        source="C.4 5",
    ),
    Act(
        "enroller_answered",
        "Record the enroller's answer",
        _WORK,
        sources=frozenset({WAITING}),
        target=IN_PROGRESS,
        by_owner=True,
        clocks=_BACK_TO_WORK,
        audience=Audience.STATUS,
        done="The enroller answered",
        source="C.4 5",
    ),
    Act(
        "answer_enroller",
        "Write to the enroller",
        _WORK,
        sources=frozenset({IN_PROGRESS, WAITING, RESOLVED}),
        by_owner=True,
        audience=Audience.STATUS,
        notifies=("help_request.answered",),
        confirm=True,
        done="The team wrote",
        source="C.4",
    ),
    Act(
        "reroute",
        "Re-route to another team",
        _WORK,
        sources=frozenset({SUBMITTED, IN_PROGRESS}),
        guards=("a reason", "the clock continues"),
        audience=Audience.STATUS,
        notifies=("help_request.rerouted", "case.transferred"),
        confirm=True,
        done="Re-routed to another team",
        source="C.4 6, HR-03",
    ),
    Act(
        "escalate",
        "Escalate",
        "help_requests.escalate",
        sources=frozenset({IN_PROGRESS}),
        by_owner=True,
        guards=("the team cannot complete it", "no other escalation ticket is open for it"),
        audience=Audience.STATUS,
        notifies=("help_request.escalated",),
        confirm=True,
        done="Escalated",
        source="C.4 7",
    ),
    Act(
        "ticket_ended",
        "Follow the escalation ticket",
        _WORK,
        sources=frozenset({SUBMITTED, IN_PROGRESS, WAITING}),
        by_system=True,
        notifies=("help_request.ticket_ended",),
        quiet=True,
        offered=lambda case, actor: False,
        done="The escalation ticket ended",
        source="C.4 7",
    ),
    Act(
        "resolve",
        "Resolve",
        _WORK,
        sources=frozenset({IN_PROGRESS}),
        target=RESOLVED,
        by_owner=True,
        guards=("a resolution text",),
        clocks=_RESOLVED,
        audience=Audience.STATUS,
        notifies=("help_request.resolved",),
        confirm=True,
        done="Resolved",
        source="C.4 8",
    ),
    Act(
        "auto_resolve",
        "Resolve without an answer",
        _WORK,
        sources=frozenset({WAITING}),
        target=RESOLVED,
        by_system=True,
        by_owner=True,
        guards=("ten business days without an answer",),
        clocks=_RESOLVED,
        audience=Audience.STATUS,
        notifies=("help_request.resolved_unanswered",),
        offered=lambda case, actor: False,
        done="Resolved without an answer",
        source="C.4 5",
    ),
    Act(
        "close",
        "Close",
        _WORK,
        sources=frozenset({RESOLVED}),
        target=CLOSED,
        by_system=True,
        guards=("five business days after it was resolved",),
        clocks=(ClockEffect(Effect.CANCEL, AUTO_CLOSE),),
        audience=Audience.STATUS,
        notifies=("help_request.closed",),
        offered=lambda case, actor: False,
        done="Closed",
        source="C.4 8",
    ),
    Act(
        "take_up_again",
        "Reopen for the enroller",
        _WORK,
        sources=frozenset({RESOLVED, CLOSED}),
        target=IN_PROGRESS,
        guards=("a reason",),
        clocks=_AGAIN,
        audience=Audience.STATUS,
        notifies=("help_request.taken_up_again",),
        confirm=True,
        done="Reopened by the team",
        source="C.0",
    ),
)

_ENROLLER = (
    Act(
        "enroller_replied",
        "Reply",
        _REPLY,
        sources=frozenset({WAITING}),
        target=IN_PROGRESS,
        guards=("the requester, or a lead of the agency or entity",),
        clocks=_BACK_TO_WORK,
        audience=Audience.STATUS,
        notifies=("help_request.enroller_wrote",),
        offered=_concerns,
        done="The enroller replied",
        source="C.4 5",
    ),
    Act(
        "enroller_wrote",
        "Write to the team",
        _REPLY,
        sources=frozenset({SUBMITTED, IN_PROGRESS}),
        guards=("the requester, or a lead of the agency or entity",),
        audience=Audience.STATUS,
        notifies=("help_request.enroller_wrote",),
        quiet=True,
        offered=_concerns,
        done="The enroller wrote",
        source="C.4",
    ),
    Act(
        "reopen",
        "Reopen",
        _REPLY,
        sources=frozenset({RESOLVED, CLOSED}),
        target=IN_PROGRESS,
        guards=("within five business days of the resolution", "a reason"),
        clocks=_AGAIN,
        audience=Audience.STATUS,
        notifies=("help_request.reopened",),
        confirm=True,
        offered=lambda case, actor: _concerns(case, actor) and case.help_request.may_be_reopened(),
        done="Reopened",
        source="C.4 9",
    ),
    Act(
        "cancel",
        "Cancel this request",
        _REPLY,
        sources=frozenset({SUBMITTED}),
        target=CANCELLED,
        guards=("work on it has not begun",),
        clocks=(ClockEffect(Effect.CANCEL),),
        audience=Audience.STATUS,
        confirm=True,
        offered=_concerns,
        done="Cancelled",
        source="C.4 10",
    ),
    Act(
        "rate",
        "Say how satisfied you are",
        "help_requests.rate",
        sources=frozenset({CLOSED}),
        guards=("the requester", "once for each closing"),
        quiet=True,
        offered=lambda case, actor: (
            case.opened_by_id == actor.person_id
            and not case.help_ratings.filter(closing=case.reopen_count).exists()
        ),
        done="The enroller rated the service",
        source="CC-01, CC-16",
    ),
)

MACHINE: Machine = machine(
    KIND,
    initial=SUBMITTED,
    statuses=_STATUSES,
    # A re-route is the transfer of this kind: the enroller is told of it.
    acts=(*_TEAM, *_ENROLLER, *(act for act in COMMON_ACTS if act.key != "transfer")),
)

#: Clocks of a new request (C.4 2).
OPENING_CLOCKS = (ClockEffect(Effect.START, FIRST_RESPONSE), ClockEffect(Effect.START, RESOLVE))
