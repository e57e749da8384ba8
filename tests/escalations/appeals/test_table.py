"""The table of an appeal held against C.8, over every status, act and role.

Written out by hand on purpose: this is the specification, not a reading of the code's table.
"""

from __future__ import annotations

import pytest

from escalations.appeals.table import MACHINE
from portal.casework import kinds
from portal.casework.common_acts import assign_case
from portal.casework.machine import Refused
from portal.casework.services import allowed_acts, check_allowed
from portal.tenancy.actor import NotAllowed
from tests.escalations.appeals.ground import configure, open_appeal
from tests.world import World

OPEN = (
    "received",
    "invalid",
    "valid",
    "informal_resolution",
    "informally_resolved",
    "statement_of_position",
    "sop_delivered",
    "hearing_scheduled",
    "postponed",
    "heard",
    "decision_issued",
    "implementation",
    "second_level",
)
CLOSED = ("closed", "dismissed", "transferred")
BEFORE_HEARING = ("statement_of_position", "sop_delivered", "hearing_scheduled", "postponed")
TRANSITIONS = {
    ("received", "record_valid"): "valid",
    ("invalid", "record_valid"): "valid",
    ("received", "record_invalid"): "invalid",
    ("invalid", "record_cure"): "received",
    ("valid", "begin_informal"): "informal_resolution",
    ("informal_resolution", "resolve_informally"): "informally_resolved",
    **{(status, "resolve_informally"): "informally_resolved" for status in BEFORE_HEARING},
    ("informally_resolved", "object_to_withdrawal"): "informal_resolution",
    ("informal_resolution", "begin_sop"): "statement_of_position",
    ("statement_of_position", "sop_complete"): "sop_delivered",
    ("statement_of_position", "hearing_set"): "hearing_scheduled",
    ("sop_delivered", "hearing_set"): "hearing_scheduled",
    ("postponed", "hearing_set"): "hearing_scheduled",
    ("hearing_scheduled", "hearing_off"): "postponed",
    ("hearing_scheduled", "hold_hearing"): "heard",
    ("heard", "issue_decision"): "decision_issued",
    ("decision_issued", "begin_implementation"): "implementation",
    ("informally_resolved", "close"): "closed",
    ("decision_issued", "close"): "closed",
    ("implementation", "close"): "closed",
    **{(status, "transfer_dmhc"): "transferred" for status in OPEN},
    ("transferred", "take_back"): "valid",
    **{
        (status, "dismiss"): "dismissed"
        for status in (
            "invalid",
            "valid",
            "informal_resolution",
            "informally_resolved",
            *BEFORE_HEARING,
            "heard",
        )
    },
    ("dismissed", "grant_vacate"): "valid",
    ("decision_issued", "second_level"): "second_level",
    ("implementation", "second_level"): "second_level",
    ("closed", "second_level"): "second_level",
    ("second_level", "second_level_upheld"): "decision_issued",
    ("second_level", "second_level_changed"): "implementation",
    ("closed", "reopen"): "informal_resolution",
    ("closed", "resume_implementation"): "implementation",
}
#: Who holds the case while it stands there (decision 10).
PARTIES = {
    "invalid": "consumer",
    "sop_delivered": "appeals_entity",
    "hearing_scheduled": "appeals_entity",
    "postponed": "appeals_entity",
    "heard": "appeals_entity",
    "second_level": "legal",
}
WORKERS = {"appeals.specialist", "pau.specialist"}
SYSTEM_ALONE = {"hearing_set", "hearing_off", "sop_complete", "withdrawal_stands"}
SYSTEM_ALONE |= {"vacate_time_over", "second_level_time_over"}
#: What letters add: they have pages of their own, and no door of the spine (CC-10).
LETTERS = {f"letter_{step}" for step in ("drafted", "asked", "returned", "approved", "sent")}
LETTERS |= {"letter_discarded"}
#: Acts of the owner alone, or of a lead.
OWNERS = {"begin_informal", "resolve_informally", "begin_sop"}


def test_c8_the_table_allows_exactly_the_transitions_of_the_specification() -> None:
    declared = {
        (status, act.key): act.target
        for status in MACHINE.statuses
        for act in MACHINE.from_status(status)
        if act.is_transition
    }
    assert declared == TRANSITIONS
    assert set(MACHINE.statuses) == {*OPEN, *CLOSED}


def test_decision10_every_status_names_the_party_that_holds_the_case() -> None:
    found = {key: status.party for key, status in MACHINE.statuses.items() if status.is_open}
    assert found == {key: PARTIES.get(key, "unit") for key in OPEN}


def test_c8_every_status_can_be_reached_and_every_open_one_can_be_left() -> None:
    assert {MACHINE.initial, *TRANSITIONS.values()} == set(MACHINE.statuses)
    for status in OPEN:
        ways = [act for act in MACHINE.from_status(status) if act.is_transition]
        assert ways, f"{status} is a dead end"


def test_c8_only_the_two_units_may_perform_an_act_from_its_statuses(world: World) -> None:
    """Every status × act × person: allowed exactly when table and permission table say so."""
    configure(world)
    case = open_appeal(world, "scr")
    actors = {key: world.actor(key) for key in world.people}
    own = [act for act in MACHINE.acts.values() if act.action.startswith("appeals.")]
    wrong = []
    for status in MACHINE.statuses.values():
        case.status, case.is_open = status.key, status.is_open
        for act in own:
            for who, actor in actors.items():
                hands = WORKERS | ({"scr"} if act.key == "ask_expedited" else set())
                case.owner = world.people[who] if act.key in OWNERS else None
                expected = who in hands and act.starts_from(status)
                try:
                    check_allowed(act, case, actor)
                    happened = True
                except (NotAllowed, Refused):
                    happened = False
                if happened != expected:
                    wrong.append((status.key, act.key, who, happened))
    assert wrong == []


@pytest.mark.parametrize("key", sorted(OWNERS))
def test_c8_owners_acts_are_refused_to_colleagues(world: World, key: str) -> None:
    configure(world)
    case = open_appeal(world)
    act = MACHINE.act(key)
    case.status = next(iter(act.sources))
    with pytest.raises(Refused, match="Take this case first"):
        check_allowed(act, case, world.actor("appeals.specialist"))


def test_steps_that_follow_are_the_systems_and_have_no_door(world: World) -> None:
    by_system = {act.key for act in MACHINE.acts.values() if act.by_system}
    assert by_system == SYSTEM_ALONE
    assert not SYSTEM_ALONE & set(kinds.get("appeal").doors)


def test_every_act_of_a_person_has_a_door_and_a_source() -> None:
    doors = set(kinds.get("appeal").doors)
    assert set(MACHINE.acts) - SYSTEM_ALONE - LETTERS == doors
    assert set(MACHINE.acts) >= LETTERS
    assert all(act.source for act in MACHINE.acts.values() if act.action.startswith("appeals."))


def test_a_unit_without_a_lead_assigns_its_own_cases_and_no_other_units(world: World) -> None:
    configure(world)
    case = open_appeal(world, "scr")
    chosen = world.people["appeals.specialist"]
    with pytest.raises(Refused, match="another unit's queue"):
        assign_case(case=case, actor=world.actor("scr"), person=chosen)
    assigned = assign_case(case=case, actor=world.actor("appeals.specialist"), person=chosen)
    assert assigned.owner == chosen


def test_a_refusal_names_the_status_and_what_is_possible(world: World) -> None:
    configure(world)
    case = open_appeal(world)
    with pytest.raises(Refused) as refusal:
        check_allowed(MACHINE.act("hold_hearing"), case, world.actor("appeals.specialist"))
    assert "Received" in str(refusal.value)
    assert "CDSS found the request valid" in refusal.value.allowed
    assert "issue_decision" not in {
        act.key for act in allowed_acts(case, world.actor("appeals.specialist"))
    }
