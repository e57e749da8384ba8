"""The producer's transition table, held against C.2b over every status, act and role.

Written out by hand: this is the specification, not a reading of the code's own table.
"""

from __future__ import annotations

import pytest

from escalations.producers.table import ANSWER, KIND, MACHINE, REPLY
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import check_allowed
from portal.clocks.effects import Effect
from portal.tenancy.actor import NotAllowed
from tests.escalations.producers.conftest import Maryland

LABELS = {
    "new": "Submitted",
    "in_progress": "In review",
    "pending_enroller": "Additional information needed",
    "resolved": "Resolved",
    "closed": "Closed",
    "cancelled": "Cancelled",
    "duplicate": "Duplicate",
}
OPEN = ("new", "in_progress", "pending_enroller")
TRANSITIONS = {
    ("new", "start"): "in_progress",
    ("in_progress", "ask_enroller"): "pending_enroller",
    ("pending_enroller", "enroller_answered"): "in_progress",
    ("pending_enroller", "producer_replied"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_progress",
    ("closed", "reopen"): "in_progress",
    **{(status, "cancel"): "cancelled" for status in OPEN},
    **{(status, "mark_duplicate"): "duplicate" for status in OPEN},
}
#: Acts of this kind that leave the status as it is, and from where.
STAYING = {
    "answer_producer": {"new", "in_progress", "resolved"},
    "producer_wrote": {"new", "in_progress", "resolved"},
    "record_message": {"new", "in_progress", "pending_enroller", "resolved"},
    "screen_reply": set(LABELS),
    "producer_reminded": {"pending_enroller"},
}
DESK = {"hotline", "ect", "ect.colleague", "pot"}
UNITS = DESK | {"training", "scr"}
PRODUCERS = {"producer", "colleague", "manager", "other.producer"}
#: Whose role has the act, on a case they own where it is the owner's.
HANDS = {
    "start": UNITS,
    "ask_enroller": UNITS,
    "enroller_answered": UNITS,
    "resolve": UNITS,
    "reopen": UNITS,
    "close": UNITS,
    "cancel": UNITS,
    "mark_duplicate": UNITS,
    "answer_producer": UNITS,
    "producer_reminded": UNITS,
    "record_message": {"hotline", "pot"},
    "screen_reply": DESK,
    "producer_replied": PRODUCERS,
    "producer_wrote": PRODUCERS,
}
BY_SYSTEM = {"close", "reopen", "cancel", "producer_reminded"}


def test_c2b_the_statuses_bear_the_guides_names() -> None:
    assert {key: status.label for key, status in MACHINE.statuses.items()} == LABELS
    assert MACHINE.initial == "new"
    assert MACHINE.statuses["pending_enroller"].party == "enroller"


def test_c2b_the_table_allows_exactly_the_transitions_of_the_specification() -> None:
    declared = {
        (status, act.key): act.target
        for status in MACHINE.statuses
        for act in MACHINE.from_status(status)
        if act.is_transition
    }
    assert declared == TRANSITIONS


@pytest.mark.parametrize("key", sorted(STAYING))
def test_c2b_acts_that_stay_start_where_they_should(key: str) -> None:
    act = MACHINE.acts[key]
    assert {s for s, status in MACHINE.statuses.items() if act.starts_from(status)} == STAYING[key]
    assert act.target is None


@pytest.mark.parametrize("key", sorted(HANDS))
def test_c2b_every_status_act_and_role(maryland: Maryland, key: str) -> None:
    """From × to × role: allowed exactly where the specification says so."""
    act = MACHINE.acts[key]
    starts = {status for status, k in TRANSITIONS if k == key} | STAYING.get(key, set())
    for who in maryland.people:
        actor = maryland.actor(who)
        for status in LABELS:
            case = Case(
                exchange=maryland.exchange, kind=KIND, status=status, owner_id=actor.person_id
            )
            if who not in HANDS[key]:
                with pytest.raises(NotAllowed):
                    check_allowed(act, case, actor)
            elif status not in starts:
                with pytest.raises(Refused):
                    check_allowed(act, case, actor)
            else:
                check_allowed(act, case, actor)


def test_c2b_what_the_system_does_by_itself() -> None:
    assert {key for key in HANDS if MACHINE.acts[key].by_system} == BY_SYSTEM


def test_c2b_only_the_owner_or_a_lead_answers_asks_and_resolves(maryland: Maryland) -> None:
    case = Case(exchange=maryland.exchange, kind=KIND, status="in_progress")
    case.owner = maryland.people["ect"]
    for key in ("answer_producer", "ask_enroller", "resolve"):
        with pytest.raises(Refused, match="only its owner"):
            check_allowed(MACHINE.acts[key], case, maryland.actor("ect.colleague"))


def test_c2b_the_reply_clock_pauses_resumes_and_stops_where_the_table_says() -> None:
    effects = {
        (key, effect.effect)
        for key, act in MACHINE.acts.items()
        for effect in act.clocks
        if effect.policy == REPLY
    }
    assert effects == {
        ("ask_enroller", Effect.PAUSE),
        ("enroller_answered", Effect.RESUME),
        ("producer_replied", Effect.RESUME),
        ("answer_producer", Effect.STOP),
        ("resolve", Effect.STOP),
        ("reopen", Effect.START),
    }
    asked = [e.effect for e in MACHINE.acts["ask_enroller"].clocks if e.policy == ANSWER]
    assert asked == [Effect.START]


def test_c2b_the_producer_sees_every_step(maryland: Maryland) -> None:
    told = {key for key, act in MACHINE.acts.items() if act.is_transition}
    assert {key for key in told if MACHINE.acts[key].audience == "status"} == told
