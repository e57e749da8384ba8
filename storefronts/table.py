"""The transition table of a storefront application (C.6; SF-05…SF-09).

The applicant sees exactly four statuses (SF-06, decision 17). A withdrawn application ends as
what it is; it is listed apart and carries no fifth status.
"""

from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Act, Audience, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

KIND = "storefront"
REVIEW, ANSWER = f"{KIND}.review", f"{KIND}.answer"
#: Appointments, not a promise: the applicant is reminded when it warns and when it ends.
REMINDERS = f"{KIND}.reminders"
PENDING, INFORMATION = "pending", "pending_information"
APPROVED, REJECTED, WITHDRAWN = "approved", "rejected", "withdrawn"
_OPEN = frozenset({PENDING, INFORMATION})

STATUSES = (
    Status(PENDING, "Pending", Coarse.RECEIVED),
    Status(
        INFORMATION,
        "Pending Information",
        Coarse.IN_PROGRESS,
        is_waiting=True,
        party="enroller",
    ),
    Status(APPROVED, "Approved", Coarse.RESOLVED, is_open=False),
    Status(REJECTED, "Rejected", Coarse.RESOLVED, is_open=False),
    Status(WITHDRAWN, "Withdrawn", Coarse.RESOLVED, is_open=False),
)
OPENING_CLOCKS = (ClockEffect(Effect.START, REVIEW),)

ACTS = (
    Act(
        "request_information",
        "Request information",
        "storefronts.review",
        sources=frozenset({PENDING}),
        target=INFORMATION,
        guards=("at least one item, each with “answer” or “file required”",),
        clocks=(
            ClockEffect(Effect.PAUSE, REVIEW, party="enroller"),
            ClockEffect(Effect.START, ANSWER, party="enroller"),
            ClockEffect(Effect.START, REMINDERS, party="enroller"),
        ),
        audience=Audience.DETAIL,
        notifies=("storefronts.information_requested",),
        confirm=True,
        done="Information requested",
        source="SF-07, C.6",
    ),
    Act(
        "answer",
        "Send the answers",
        "storefronts.apply",
        sources=frozenset({INFORMATION}),
        target=PENDING,
        guards=("every item answered", "a file where one is required"),
        clocks=(
            ClockEffect(Effect.STOP, ANSWER),
            ClockEffect(Effect.CANCEL, REMINDERS),
            ClockEffect(Effect.RESUME, REVIEW),
        ),
        audience=Audience.DETAIL,
        notifies=("storefronts.answered",),
        confirm=True,
        done="Answers sent",
        source="SF-07, SF-08, C.6",
    ),
    Act(
        "remind_applicant",
        "Remind the applicant",
        "storefronts.review",
        sources=frozenset({INFORMATION}),
        by_system=True,
        guards=("5 or 10 business days without an answer",),
        audience=Audience.DETAIL,
        notifies=("storefronts.answer_reminder",),
        quiet=True,
        done="Reminded of the questions",
        source="C.6 3",
    ),
    Act(
        "approve",
        "Approve",
        "storefronts.review",
        sources=frozenset({PENDING}),
        target=APPROVED,
        guards=("the checklist complete", "a second person, where it was reopened"),
        clocks=(ClockEffect(Effect.STOP, REVIEW),),
        audience=Audience.DETAIL,
        notifies=("storefronts.approved",),
        confirm=True,
        done="Approved",
        source="SF-06, SF-11, C.6",
    ),
    Act(
        "reject",
        "Reject",
        "storefronts.review",
        sources=_OPEN,
        target=REJECTED,
        guards=("a reason the applicant is shown",),
        clocks=(ClockEffect(Effect.CANCEL),),
        audience=Audience.DETAIL,
        notifies=("storefronts.rejected",),
        confirm=True,
        done="Rejected",
        source="SF-06, C.6",
    ),
    Act(
        "reject_unanswered",
        "Reject: no answer",
        "storefronts.review",
        sources=frozenset({INFORMATION}),
        target=REJECTED,
        by_system=True,
        guards=("no answer within 30 calendar days",),
        clocks=(ClockEffect(Effect.CANCEL),),
        audience=Audience.DETAIL,
        notifies=("storefronts.rejected",),
        confirm=True,
        done="Rejected: no answer",
        source="C.6",
    ),
    Act(
        "withdraw",
        "Withdraw the application",
        "storefronts.apply",
        sources=_OPEN,
        target=WITHDRAWN,
        clocks=(ClockEffect(Effect.CANCEL),),
        audience=Audience.DETAIL,
        notifies=("storefronts.withdrawn",),
        confirm=True,
        done="Withdrawn",
        source="C.6",
    ),
    Act(
        "reopen",
        "Reopen for a second look",
        "storefronts.review",
        sources=frozenset({REJECTED}),
        target=PENDING,
        guards=("a reason", "another person decides than did first"),
        clocks=(ClockEffect(Effect.START, REVIEW),),
        audience=Audience.DETAIL,
        notifies=("storefronts.reopened",),
        confirm=True,
        done="Reopened for a second look",
        source="C.6",
    ),
    *COMMON_ACTS,
)

MACHINE: Machine = machine(KIND, initial=PENDING, statuses=STATUSES, acts=ACTS)
