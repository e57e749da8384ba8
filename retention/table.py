"""The transition table of a CRW case (C.5; CRW-12…CRW-16).

The sources name no statuses; these are the proposal's. "Transferred" is a fact of a case, not a
status: the work goes on where it stood.
"""

from portal.casework.machine import ANY_OPEN, Act, Audience, Coarse, Machine, Status, machine

KIND = "crw"
NEW, IN_PROGRESS, CLOSED = "new", "in_progress", "closed"
_OPEN = frozenset({NEW, IN_PROGRESS})

STATUSES = (
    Status(NEW, "New", Coarse.RECEIVED, party="enroller"),
    Status(IN_PROGRESS, "In Progress", Coarse.IN_PROGRESS, party="enroller"),
    Status(CLOSED, "Closed", Coarse.RESOLVED, is_open=False, party="enroller"),
)

ACTS = (
    Act(
        "log_interaction",
        "Log an interaction",
        "retention.work",
        sources=_OPEN,
        target=IN_PROGRESS,
        by_owner=True,
        guards=("channel and outcome",),
        audience=Audience.DETAIL,
        done="Interaction logged",
        quiet=True,
        source="CRW-12, CRW-13, C.5",
    ),
    Act(
        "set_reminder",
        "Set the next contact date",
        "retention.work",
        sources=_OPEN,
        by_owner=True,
        audience=Audience.DETAIL,
        done="Next contact date set",
        quiet=True,
        source="CRW-13",
    ),
    Act(
        "close",
        "Close the case",
        "retention.work",
        sources=_OPEN,
        target=CLOSED,
        by_owner=True,
        guards=("Status", "Resolution Reason", "Steps to Resolve"),
        audience=Audience.DETAIL,
        confirm=True,
        done="Closed",
        source="CRW-14, CRW-15, C.5",
    ),
    Act(
        "transfer_to_agent",
        "Transfer to another Agent Level 2",
        "retention.transfer",
        sources=ANY_OPEN,
        guards=("an Agent Level 2 of the same agency", "by an Agency Manager"),
        audience=Audience.DETAIL,
        notifies=("retention.transferred_to", "retention.transferred_from"),
        confirm=True,
        done="Transferred",
        source="CRW-16, C.5",
    ),
    Act(
        "reopen",
        "Reopen",
        "retention.reopen",
        sources=frozenset({CLOSED}),
        target=IN_PROGRESS,
        by_system=True,
        guards=("a reason", "no other open case of the consumer and plan year"),
        audience=Audience.DETAIL,
        notifies=("retention.reopened",),
        confirm=True,
        done="Reopened",
        source="C.5",
    ),
    Act(
        "close_by_system",
        "Close (by the eligibility system)",
        "retention.import",
        sources=_OPEN,
        target=CLOSED,
        by_system=True,
        guards=("renewed, terminated, no longer delegated, or the plan year is over",),
        audience=Audience.DETAIL,
        notifies=("retention.closed_by_system",),
        done="Closed by the system",
        source="C.5",
    ),
    Act(
        "rescore",
        "Score the risk again",
        "retention.import",
        sources=ANY_OPEN,
        by_system=True,
        audience=Audience.DETAIL,
        done="Risk scored again",
        source="CRW-04, C.5",
    ),
    Act(
        "move_deadline",
        "Move the last day to renew",
        "retention.import",
        sources=ANY_OPEN,
        by_system=True,
        audience=Audience.DETAIL,
        done="Last day to renew moved",
        quiet=True,
        source="C.5",
    ),
    Act(
        "follow_delegation",
        "Move to the consumer's new enroller",
        "retention.import",
        sources=ANY_OPEN,
        by_system=True,
        audience=Audience.DETAIL,
        notifies=("retention.transferred_to",),
        done="Moved to the consumer's new enroller",
        source="C.5, C.7b",
    ),
)
#: Offered to nobody: the system's own steps.
SYSTEM_ACTS = frozenset({"close_by_system", "rescore", "move_deadline", "follow_delegation"})

MACHINE: Machine = machine(KIND, initial=NEW, statuses=STATUSES, acts=ACTS)
