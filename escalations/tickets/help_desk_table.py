"""The transition table of a help desk ticket with the vendor of CalHEERS or ESS (C.3, SC-10)."""

from escalations.tickets.machines import CLOSES_IN_TIME, closing
from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Act, Coarse, Status, machine
from portal.clocks.effects import ClockEffect, Effect

TRACK, REQUEST = "tickets.track_help_desk", "tickets.work"
SUBMIT, REVIEW = "help_desk.submit", "help_desk.review"
WITH_VENDOR = frozenset({"submitted", "with_vendor"})
#: A case may be held by a ticket that stands here: it is still to be fixed.
HOLDS = WITH_VENDOR | {"drafted"}

_ENDED = frozenset({"verified", "rejected"})
_AT_VENDOR = (ClockEffect(Effect.START, REVIEW, party="help_desk"),)
_NO_LONGER = (ClockEffect(Effect.STOP, REVIEW),)

HELP_DESK_MACHINE = machine(
    "help_desk",
    initial="drafted",
    statuses=(
        Status("drafted", "Drafted", Coarse.RECEIVED),
        Status("submitted", "Submitted", Coarse.IN_PROGRESS, is_waiting=True, party="help_desk"),
        Status(
            "with_vendor", "With the vendor", Coarse.IN_PROGRESS, is_waiting=True, party="help_desk"
        ),
        Status("fixed", "Data fix applied", Coarse.IN_PROGRESS),
        Status("verified", "Verified", Coarse.RESOLVED, is_open=False),
        Status("rejected", "Rejected", Coarse.RESOLVED, is_open=False),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("cancelled", "Cancelled", Coarse.RESOLVED, is_open=False),
    ),
    acts=(
        Act(
            "submit_help_desk",
            "Submit to the vendor",
            TRACK,
            sources=frozenset({"drafted"}),
            target="submitted",
            guards=("the vendor's ticket number",),
            clocks=(ClockEffect(Effect.STOP, SUBMIT), *_AT_VENDOR),
            done="Submitted to the vendor",
            source="C.3, SC-10",
        ),
        Act(
            "vendor_works",
            "The vendor works on it",
            TRACK,
            sources=frozenset({"submitted"}),
            target="with_vendor",
            done="The vendor works on it",
            source="C.3",
        ),
        Act(
            "record_fix",
            "Record the data fix",
            TRACK,
            sources=WITH_VENDOR,
            target="fixed",
            guards=("what was fixed", "every case it holds goes on"),
            clocks=_NO_LONGER,
            confirm=True,
            done="Data fix applied",
            source="C.3, ES-03",
        ),
        Act(
            "verify_fix",
            "The fix is verified",
            TRACK,
            sources=frozenset({"fixed"}),
            target="verified",
            clocks=CLOSES_IN_TIME,
            done="Verified",
            source="C.3",
        ),
        Act(
            "fix_failed",
            "The fix did not work",
            TRACK,
            sources=frozenset({"fixed"}),
            target="with_vendor",
            guards=("a reason",),
            clocks=_AT_VENDOR,
            done="Back to the vendor",
            source="C.3",
        ),
        Act(
            "reject_help_desk",
            "The vendor rejects it",
            TRACK,
            sources=WITH_VENDOR,
            target="rejected",
            guards=("the vendor's reason", "every case it holds goes on"),
            clocks=(*_NO_LONGER, *CLOSES_IN_TIME),
            confirm=True,
            done="Rejected",
            source="C.3",
        ),
        Act(
            "help_desk_followed_up",
            "Record a review with the vendor",
            TRACK,
            sources=WITH_VENDOR,
            clocks=(ClockEffect(Effect.RESTART, REVIEW, party="help_desk"),),
            done="Reviewed with the vendor",
            source="C.2a 5",
        ),
        Act(
            "review_due",
            "Review due",
            TRACK,
            sources=WITH_VENDOR,
            by_system=True,
            clocks=(ClockEffect(Effect.RESTART, REVIEW, party="help_desk"),),
            notifies=("ticket.help_desk_review_due",),
            quiet=True,
            offered=lambda case, actor: False,
            done="A review with the vendor is due",
            source="C.2a 5",
        ),
        Act(
            "edit_help_desk",
            "Edit the draft",
            REQUEST,
            sources=frozenset({"drafted"}),
            done="Draft changed",
            source="C.3, SC-13",
        ),
        closing(_ENDED, TRACK),
        Act(
            "cancel",
            "Cancel",
            REQUEST,
            sources=frozenset({"drafted"}),
            target="cancelled",
            by_system=True,
            guards=("every case it holds goes on",),
            clocks=(ClockEffect(Effect.CANCEL),),
            done="Cancelled",
            source="C.3",
        ),
        *COMMON_ACTS,
    ),
)
