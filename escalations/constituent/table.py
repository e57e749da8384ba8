"""The transition table of a constituent case (C.1; EA-08…EA-18, decision 8)."""

from escalations.letters.acts import LETTER_ACTS
from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import ANY_OPEN, Act, Audience, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

_START, _STOP, _CANCEL = Effect.START, Effect.STOP, Effect.CANCEL
_UNDECIDED = frozenset({"acknowledged", "jurisdiction_review"})
_WITH_UNIT = frozenset({"assigned", "in_resolution"})
_ENDED = frozenset({"referred_out", "duplicate", "withdrawn"})

MACHINE = machine(
    "constituent",
    initial="received",
    statuses=(
        Status("received", "Received", Coarse.RECEIVED, party="external_affairs"),
        Status("acknowledged", "Acknowledged", Coarse.RECEIVED, party="external_affairs"),
        Status(
            "jurisdiction_review",
            "Jurisdiction review",
            Coarse.IN_PROGRESS,
            party="external_affairs",
        ),
        Status("assigned", "Assigned to a division", Coarse.IN_PROGRESS),
        Status("in_resolution", "In resolution", Coarse.IN_PROGRESS),
        Status(
            "awaiting_information",
            "Awaiting information",
            Coarse.IN_PROGRESS,
            is_waiting=True,
            party="informant",
        ),
        Status("referred_out", "Referred out", Coarse.REFERRED, is_open=False),
        Status("resolved", "Resolved", Coarse.RESOLVED, party="external_affairs"),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("duplicate", "Duplicate", Coarse.RESOLVED, is_open=False),
        Status("withdrawn", "Withdrawn", Coarse.RESOLVED, is_open=False),
    ),
    acts=(
        Act(
            "acknowledge",
            "Acknowledge receipt",
            "constituent.acknowledge",
            sources=frozenset({"received"}),
            target="acknowledged",
            by_system=True,
            clocks=(
                ClockEffect(_STOP, "constituent.acknowledge"),
                ClockEffect(_START, "constituent.jurisdiction", party="external_affairs"),
            ),
            audience=Audience.STATUS,
            notifies=("constituent.acknowledged",),
            done="Receipt acknowledged",
            source="EA-08, C.1 2",
        ),
        Act(
            "begin_review",
            "Begin jurisdiction review",
            "constituent.decide_jurisdiction",
            sources=frozenset({"acknowledged"}),
            target="jurisdiction_review",
            done="Jurisdiction review begun",
            source="EA-09, C.1 3",
        ),
        Act(
            "refer_out",
            "Refer out",
            "constituent.refer",
            sources=_UNDECIDED,
            target="referred_out",
            guards=("a contact of the referral directory", "a reason"),
            clocks=(ClockEffect(_CANCEL),),
            audience=Audience.STATUS,
            notifies=("constituent.referred",),
            confirm=True,
            done="Referred to another entity",
            source="EA-17, EA-18, C.1 4",
        ),
        Act(
            "assign_division",
            "Accept and assign to a division",
            "constituent.assign_division",
            sources=_UNDECIDED,
            target="assigned",
            guards=("a division with a queue",),
            clocks=(
                ClockEffect(_STOP, "constituent.jurisdiction"),
                ClockEffect(_START, "constituent.first_update", party="external_affairs"),
            ),
            audience=Audience.STATUS,
            notifies=("constituent.accepted",),
            done="Accepted",
            source="EA-10, EA-11, C.1 5",
        ),
        Act(
            "work_begun",
            "The division began work",
            "constituent.view",
            sources=frozenset({"assigned"}),
            target="in_resolution",
            by_system=True,
            done="The division began work",
            source="C.1 6",
        ),
        Act(
            "unit_waits",
            "The division waits for the consumer",
            "constituent.view",
            sources=_WITH_UNIT,
            target="awaiting_information",
            by_system=True,
            source="C.1 7",
        ),
        Act(
            "ask_office",
            "Ask the office for information",
            "constituent.ask_office",
            sources=frozenset({"received", *_UNDECIDED}),
            guards=("at least one item of the list of six",),
            clocks=(ClockEffect(_START, "constituent.office_answer", party="office"),),
            audience=Audience.STATUS,
            notifies=("constituent.information_requested",),
            done="Information requested from the office",
            source="EA-04, C.1 7",
        ),
        Act(
            "await_office",
            "Ask the office for information",
            "constituent.ask_office",
            sources=_WITH_UNIT,
            target="awaiting_information",
            guards=("at least one item of the list of six",),
            clocks=(ClockEffect(_START, "constituent.office_answer", party="office"),),
            audience=Audience.STATUS,
            notifies=("constituent.information_requested",),
            done="Information requested from the office",
            source="EA-04, C.1 7",
        ),
        Act(
            "remind_office",
            "Remind the office",
            "constituent.ask_office",
            by_system=True,
            guards=("the office has not answered",),
            audience=Audience.STATUS,
            notifies=("constituent.reminder",),
            done="The office was reminded",
            source="C.1 7",
        ),
        Act(
            "reply",
            "Send information",
            "constituent.reply",
            sources=ANY_OPEN,
            clocks=(ClockEffect(_STOP, "constituent.office_answer"),),
            audience=Audience.STATUS,
            notifies=("constituent.office_replied",),
            done="Information sent by the office",
            source="C.1 7",
        ),
        Act(
            "take_mail",
            "Add an office's mail",
            "constituent.record",
            sources=ANY_OPEN,
            by_system=True,
            clocks=(ClockEffect(_STOP, "constituent.office_answer"),),
            audience=Audience.STATUS,
            notifies=("constituent.office_replied",),
            done="Information sent by the office",
            source="EA-02, C.1 7",
        ),
        Act(
            "resume",
            "The answer came",
            "constituent.ask_office",
            sources=frozenset({"awaiting_information"}),
            target="in_resolution",
            by_system=True,
            clocks=(ClockEffect(_STOP, "constituent.office_answer"),),
            done="The awaited answer came",
            source="C.1 7",
        ),
        Act(
            "post_update",
            "Post an update for the office",
            "constituent.update",
            sources=ANY_OPEN,
            clocks=(
                ClockEffect(_STOP, "constituent.first_update"),
                ClockEffect(Effect.RESTART, "constituent.update", party="external_affairs"),
            ),
            audience=Audience.STATUS,
            notifies=("constituent.updated",),
            confirm=True,
            done="Update posted",
            source="EA-14, C.1 12",
        ),
        Act(
            "edit",
            "Complete the case's information",
            "constituent.edit",
            sources=ANY_OPEN,
            done="Information completed",
            source="EA-05",
        ),
        Act(
            "unit_resolved",
            "The division resolved it",
            "constituent.view",
            sources=_WITH_UNIT | {"awaiting_information"},
            target="resolved",
            by_system=True,
            clocks=(
                ClockEffect(_CANCEL),
                ClockEffect(_START, "constituent.tell_office", party="external_affairs"),
            ),
            notifies=("constituent.tell_office_now",),
            source="EA-13, C.1 8",
        ),
        Act(
            "unit_returned",
            "The division returned it",
            "constituent.view",
            sources=_WITH_UNIT | {"awaiting_information"},
            target="jurisdiction_review",
            by_system=True,
            clocks=(
                ClockEffect(_CANCEL),
                ClockEffect(_START, "constituent.jurisdiction", party="external_affairs"),
            ),
            notifies=("constituent.returned_by_unit",),
            source="C.2a 11",
        ),
        Act(
            "notify_office",
            "Tell the office it is resolved",
            "constituent.close",
            sources=frozenset({"resolved"}),
            clocks=(
                ClockEffect(_STOP, "constituent.tell_office"),
                ClockEffect(_START, "constituent.auto_close", party="external_affairs"),
            ),
            audience=Audience.STATUS,
            notifies=("constituent.resolved",),
            confirm=True,
            done="The office was told it is resolved",
            source="EA-15, C.1 8",
        ),
        Act(
            "close",
            "Close",
            "constituent.close",
            sources=frozenset({"resolved"}),
            target="closed",
            by_system=True,
            guards=("the office has been told",),
            clocks=(ClockEffect(_CANCEL),),
            done="Closed",
            source="C.1 9",
        ),
        Act(
            "reopen",
            "Reopen",
            "constituent.reopen",
            sources=frozenset({"resolved", "closed"}),
            target="in_resolution",
            guards=("a reason", "within the exchange's reopening window"),
            clocks=(
                ClockEffect(_CANCEL),
                ClockEffect(Effect.RESTART, "constituent.update", party="external_affairs"),
            ),
            audience=Audience.STATUS,
            notifies=("constituent.reopened",),
            done="Reopened",
            source="C.0, C.1 10",
        ),
        Act(
            "review_again",
            "Take up again",
            "constituent.reopen",
            sources=_ENDED,
            target="jurisdiction_review",
            guards=("a reason", "within the exchange's reopening window"),
            clocks=(ClockEffect(_START, "constituent.jurisdiction", party="external_affairs"),),
            audience=Audience.STATUS,
            notifies=("constituent.reopened",),
            done="Taken up again",
            source="C.0, C.1 10",
        ),
        Act(
            "mark_duplicate",
            "Mark as a duplicate",
            "constituent.end",
            sources=ANY_OPEN,
            target="duplicate",
            guards=("the case it repeats, of the same office",),
            clocks=(ClockEffect(_CANCEL),),
            audience=Audience.STATUS,
            notifies=("constituent.ended",),
            confirm=True,
            done="Ended as a duplicate",
            source="C.1 11",
        ),
        Act(
            "withdraw",
            "Mark as withdrawn",
            "constituent.end",
            sources=ANY_OPEN,
            target="withdrawn",
            guards=("a reason",),
            clocks=(ClockEffect(_CANCEL),),
            audience=Audience.STATUS,
            notifies=("constituent.ended",),
            confirm=True,
            done="Withdrawn",
            source="C.1 11",
        ),
        *COMMON_ACTS,
        *LETTER_ACTS,
    ),
)

#: Clocks a new case starts with (decision 8).
OPENING_CLOCKS = (ClockEffect(_START, "constituent.acknowledge", party="external_affairs"),)


#: Ways in which work ends that resolve nothing.
_WITHOUT_RESULT = frozenset({"cancelled", "duplicate"})


def act_for_child(act: Act, machine: Machine) -> str | None:
    """What an act on the work done for a constituent case does to the case itself (EA-13)."""
    if act.target is None:
        return None
    target = machine.statuses[act.target]
    sources = [status for status in machine.statuses.values() if act.starts_from(status)]
    if target.key == "returned":
        return "unit_returned"
    if not any(status.is_open for status in sources):
        return None  # closing what was resolved, or taking it up again: External Affairs decides
    if target.coarse is Coarse.RESOLVED:
        return None if target.key in _WITHOUT_RESULT else "unit_resolved"
    if target.is_waiting:
        return "unit_waits"
    return "resume" if all(status.is_waiting for status in sources) else "work_begun"
