"""The transition tables, held against what C.1 and C.2a say, over every status, act and role.

The expectations below are written out by hand on purpose: they are the specification, not a
reading of the code's own table.
"""

from __future__ import annotations

import pytest

from escalations.constituent.table import MACHINE as CONSTITUENT
from escalations.tickets.table import MACHINE as TICKET
from portal.casework import kinds
from portal.casework.machine import Coarse, Refused
from portal.casework.models import Case
from portal.casework.services import allowed_acts, check_allowed
from portal.tenancy.actor import NotAllowed
from tests.world import World

OPEN = (
    "received",
    "acknowledged",
    "jurisdiction_review",
    "assigned",
    "in_resolution",
    "awaiting_information",
    "resolved",
)
TRANSITIONS = {
    ("received", "acknowledge"): "acknowledged",
    ("acknowledged", "begin_review"): "jurisdiction_review",
    ("acknowledged", "refer_out"): "referred_out",
    ("jurisdiction_review", "refer_out"): "referred_out",
    ("acknowledged", "assign_division"): "assigned",
    ("jurisdiction_review", "assign_division"): "assigned",
    ("assigned", "work_begun"): "in_resolution",
    ("assigned", "unit_waits"): "awaiting_information",
    ("in_resolution", "unit_waits"): "awaiting_information",
    ("assigned", "await_office"): "awaiting_information",
    ("in_resolution", "await_office"): "awaiting_information",
    ("awaiting_information", "resume"): "in_resolution",
    ("assigned", "unit_resolved"): "resolved",
    ("in_resolution", "unit_resolved"): "resolved",
    ("awaiting_information", "unit_resolved"): "resolved",
    ("assigned", "unit_returned"): "jurisdiction_review",
    ("in_resolution", "unit_returned"): "jurisdiction_review",
    ("awaiting_information", "unit_returned"): "jurisdiction_review",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_resolution",
    ("closed", "reopen"): "in_resolution",
    ("referred_out", "review_again"): "jurisdiction_review",
    ("duplicate", "review_again"): "jurisdiction_review",
    ("withdrawn", "review_again"): "jurisdiction_review",
    **{(status, "mark_duplicate"): "duplicate" for status in OPEN},
    **{(status, "withdraw"): "withdrawn" for status in OPEN},
}
_TICKET_OPEN = (
    "new",
    "in_progress",
    "pending_consumer",
    "pending_enroller",
    "pending_carrier",
    "pending_help_desk",
)
TICKET_TRANSITIONS = {
    ("new", "start"): "in_progress",
    ("in_progress", "ask_consumer"): "pending_consumer",
    ("pending_consumer", "consumer_answered"): "in_progress",
    ("pending_consumer", "no_answer"): "resolved",
    ("in_progress", "ask_enroller"): "pending_enroller",
    ("pending_enroller", "enroller_answered"): "in_progress",
    ("in_progress", "ask_carrier"): "pending_carrier",
    ("pending_carrier", "carrier_answered"): "in_progress",
    ("in_progress", "wait_for_help_desk"): "pending_help_desk",
    ("pending_help_desk", "help_desk_done"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_progress",
    ("closed", "reopen"): "in_progress",
    ("returned", "reopen"): "in_progress",
    ("new", "return_ticket"): "returned",
    ("in_progress", "return_ticket"): "returned",
    **{(status, "cancel"): "cancelled" for status in _TICKET_OPEN},
    **{(status, "mark_duplicate"): "duplicate" for status in _TICKET_OPEN},
}
#: Which people of the test world may ever perform an act by hand; the rest may not.
EXTERNAL_AFFAIRS = {"ea.analyst", "ea.lead"}
OFFICES = {"office.manager", "office.staff", "office.staff2", "other.office"}
UNITS = {"eru.specialist", "eru.colleague", "eru.lead", "appeals.specialist"}
HANDS = {
    "acknowledge": EXTERNAL_AFFAIRS,
    "begin_review": EXTERNAL_AFFAIRS,
    "refer_out": EXTERNAL_AFFAIRS,
    "assign_division": EXTERNAL_AFFAIRS,
    "ask_office": EXTERNAL_AFFAIRS,
    "await_office": EXTERNAL_AFFAIRS,
    "resume": EXTERNAL_AFFAIRS,
    "post_update": EXTERNAL_AFFAIRS,
    "edit": EXTERNAL_AFFAIRS,
    "notify_office": EXTERNAL_AFFAIRS,
    "close": EXTERNAL_AFFAIRS,
    "reopen": EXTERNAL_AFFAIRS,
    "review_again": EXTERNAL_AFFAIRS,
    "mark_duplicate": EXTERNAL_AFFAIRS,
    "withdraw": EXTERNAL_AFFAIRS,
    "reply": OFFICES,
    "note": EXTERNAL_AFFAIRS | UNITS,
    "attach": EXTERNAL_AFFAIRS | UNITS,
    "transfer": EXTERNAL_AFFAIRS | UNITS,
    "assign": {"ea.lead", "eru.lead", "appeals.specialist"},
}


@pytest.mark.parametrize(
    ("machine", "expected"), [(CONSTITUENT, TRANSITIONS), (TICKET, TICKET_TRANSITIONS)]
)
def test_c1_c2a_the_table_allows_exactly_the_transitions_of_the_specification(
    machine, expected
) -> None:
    declared = {
        (status, act.key): act.target
        for status in machine.statuses
        for act in machine.from_status(status)
        if act.is_transition
    }
    assert declared == expected


def test_c1_every_status_can_be_reached_and_every_open_one_can_be_left() -> None:
    for machine in (CONSTITUENT, TICKET):
        reached = {machine.initial} | {a.target for a in machine.acts.values() if a.target}
        assert reached == set(machine.statuses)
        for status in machine.statuses.values():
            assert not status.is_open or any(
                act.is_transition and act.target != status.key
                for act in machine.from_status(status.key)
            ), f"{status.key} is a dead end"


def test_ea20_offices_learn_one_of_four_words() -> None:
    assert {status.coarse for status in CONSTITUENT.statuses.values()} == set(Coarse)
    assert [c.value for c in Coarse] == ["Received", "In progress", "Referred", "Resolved"]


def test_ea20_a_step_the_office_is_told_of_never_hides_a_change_of_its_coarse_status() -> None:
    """Whenever the coarse word changes through a person, the office's timeline shows it."""
    silent = set()
    for (before, key), after in TRANSITIONS.items():
        act = CONSTITUENT.act(key)
        changed = CONSTITUENT.statuses[before].coarse != CONSTITUENT.statuses[after].coarse
        if changed and act.audience != "status":
            silent.add(key)
    # The unit's own steps are told by External Affairs (EA-13, EA-15); the begin of the review is
    # an inner step.
    assert silent == {"begin_review", "unit_resolved"}


@pytest.fixture
def case(world: World) -> Case:
    from escalations.constituent.services import submit_case

    return submit_case(actor=world.actor("office.staff"), description="No card arrived.")


def test_only_the_named_roles_may_perform_each_act_from_each_status(
    world: World, case: Case
) -> None:
    """Every status × act × person: allowed exactly when table and permission table say so."""
    people = EXTERNAL_AFFAIRS | OFFICES | UNITS | {"privacy", "qa.analyst", "admin", "agent"}
    actors = {key: world.actor(key) for key in people}
    wrong = []
    for status in CONSTITUENT.statuses:
        case.status = status
        case.is_open = CONSTITUENT.statuses[status].is_open
        for act in CONSTITUENT.acts.values():
            hands = HANDS.get(act.key)
            if hands is None:
                continue
            for key, actor in actors.items():
                expected = key in hands and act.starts_from(CONSTITUENT.statuses[status])
                try:
                    check_allowed(act, case, actor)
                    happened = True
                except (NotAllowed, Refused):
                    happened = False
                if happened != expected:
                    wrong.append((status, act.key, key, happened))
    assert wrong == []


def test_a_refusal_names_the_status_and_what_is_allowed_instead(world: World, case: Case) -> None:
    analyst = world.actor("ea.analyst")
    with pytest.raises(Refused) as refusal:
        check_allowed(CONSTITUENT.act("close"), case, analyst)
    assert "Received" in str(refusal.value)
    assert "Acknowledge receipt" in refusal.value.allowed


def test_steps_of_the_division_are_the_systems_alone(world: World, case: Case) -> None:
    case.status = "assigned"
    for key in ("work_begun", "unit_waits", "unit_resolved", "unit_returned"):
        act = CONSTITUENT.act(key)
        check_allowed(act, case, world.system)
        assert key not in kinds.get("constituent").doors
    buttons = {a.key for a in allowed_acts(case, world.actor("office.staff"))}
    assert buttons & set(kinds.get("constituent").doors) <= {"reply"}
