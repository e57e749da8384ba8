"""The transition table of a formal appeal of a member, at Tier 3 (C.8; CC-15, CC-18, CC-20)."""

from escalations.appeals.packets import packet_acts
from escalations.letters.acts import LETTER_ACTS
from escalations.tiers.table import CONTENTS, UNTRANSFERABLE_ACTS
from portal.casework.machine import Act, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

KIND = "plan_appeal"
ACKNOWLEDGE, DECIDE = f"{KIND}.acknowledge", f"{KIND}.decide"
EXPEDITED, CASE_MANAGER = f"{KIND}.decide_expedited", f"{KIND}.case_manager"
_ACTION = "tiers.work_appeal"


def _is_expedited(case: object) -> bool:
    return bool(case.plan_appeal.is_expedited)  # type: ignore[attr-defined]


def _step(key: str, label: str, at: str, target: str, **more: object) -> Act:
    return Act(
        key,
        label,
        _ACTION,
        sources=frozenset({at}),
        target=target,
        by_owner=True,
        **{"source": "C.8", **more},  # type: ignore[arg-type]
    )


MACHINE: Machine = machine(
    KIND,
    initial="received",
    statuses=(
        Status("received", "Received", Coarse.RECEIVED),
        Status("acknowledged", "Acknowledged", Coarse.IN_PROGRESS),
        Status("packet_complete", "Packet complete", Coarse.IN_PROGRESS),
        Status("under_review", "Under review", Coarse.IN_PROGRESS),
        Status("decided", "Decided", Coarse.RESOLVED, is_open=False),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("withdrawn", "Withdrawn", Coarse.RESOLVED, is_open=False),
    ),
    acts=(
        _step(
            "acknowledge",
            "Acknowledge",
            "received",
            "acknowledged",
            guards=("how the member was told",),
            clocks=(ClockEffect(Effect.STOP, ACKNOWLEDGE),),
            done="Acknowledged",
            source="CC-15, CC-20, C.8",
        ),
        _step(
            "complete_packet",
            "The packet is complete",
            "acknowledged",
            "packet_complete",
            guards=("every required paper of the packet is at hand or waived",),
            done="Packet complete",
            source="CC-20, C.8",
        ),
        _step(
            "begin_review",
            "Begin the review",
            "packet_complete",
            "under_review",
            done="Review begun",
        ),
        _step(
            "decide",
            "Decide",
            "under_review",
            "decided",
            guards=("a case manager", "the decision", *CONTENTS),
            clocks=(ClockEffect(Effect.STOP),),
            confirm=True,
            done="Decided",
            source="CC-15, CC-19, C.8",
        ),
        Act(
            "assign_case_manager",
            "Assign a case manager",
            "tiers.assign_manager",
            guards=("somebody who works at Tier 3",),
            clocks=(ClockEffect(Effect.STOP, CASE_MANAGER),),
            notifies=("tiers.case_manager",),
            done="Case manager assigned",
            source="CC-18, C.8",
        ),
        Act(
            "mark_expedited",
            "Expedite: medically necessary",
            "tiers.expedite",
            guards=("why it is medically necessary",),
            # The 30 days run on beneath, so that nothing is lost when the mark is taken off.
            clocks=(ClockEffect(Effect.START, EXPEDITED),),
            notifies=("tiers.expedited",),
            offered=lambda case, actor: not _is_expedited(case),
            done="Expedited",
            source="CC-15, C.8",
        ),
        Act(
            "clear_expedited",
            "No longer expedited",
            _ACTION,
            guards=("a reason",),
            clocks=(ClockEffect(Effect.CANCEL, EXPEDITED),),
            confirm=True,
            offered=lambda case, actor: _is_expedited(case),
            done="No longer expedited",
            source="CC-15, C.8",
        ),
        Act(
            "record_contact",
            "Record a contact with the member",
            _ACTION,
            by_owner=True,
            done="Contact with the member",
            source="CC-12",
        ),
        Act(
            "close",
            "Close",
            _ACTION,
            sources=frozenset({"decided"}),
            target="closed",
            done="Closed",
            source="C.8",
        ),
        Act(
            "cancel",
            "Record the member's withdrawal",
            _ACTION,
            target="withdrawn",
            by_owner=True,
            guards=("a reason",),
            clocks=(ClockEffect(Effect.CANCEL),),
            confirm=True,
            done="Withdrawn",
        ),
        *packet_acts(_ACTION, source="CC-20"),
        *UNTRANSFERABLE_ACTS,
        *LETTER_ACTS,
    ),
)

#: Clocks a new appeal starts with.
OPENING_CLOCKS = tuple(
    ClockEffect(Effect.START, policy) for policy in (ACKNOWLEDGE, CASE_MANAGER, DECIDE)
)
