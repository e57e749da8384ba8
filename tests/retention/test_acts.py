"""The transition table of a CRW case: every status × act × role (C.5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.projection import acts_of
from portal.casework.services import check_allowed
from portal.tenancy.actor import NotAllowed
from retention import services
from retention.table import CLOSED, IN_PROGRESS, MACHINE, NEW, SYSTEM_ACTS
from tests.retention.ground import open_crw, reason
from tests.world import World

#: Acts each person is offered on the case of Sunrise's Agent Level 2, by status (C.5).
_HOLDER = {
    NEW: {"log_interaction", "set_reminder", "close"},
    IN_PROGRESS: {"log_interaction", "set_reminder", "close"},
    CLOSED: set(),
}
_MANAGER = {
    NEW: {"log_interaction", "set_reminder", "close", "transfer_to_agent"},
    IN_PROGRESS: {"log_interaction", "set_reminder", "close", "transfer_to_agent"},
    CLOSED: {"reopen"},
}
_NOTHING: dict[str, set[str]] = {NEW: set(), IN_PROGRESS: set(), CLOSED: set()}
#: To these the case does not exist at all (X-07).
_BLIND = (
    *("agent2b", "agent1", "admin1", "admin2", "harbor.manager", "harbor.agent", "cec"),
    *("entity.contact", "office.staff", "ea.analyst", "eru.lead", "scr", "privacy", "admin"),
)


def begin(world: World, case: Case) -> None:
    services.log_interaction(
        case=case, actor=world.actor("agent"), channel="phone", outcome="no_answer"
    )


def finish(world: World, case: Case) -> None:
    services.close_case(
        case=case,
        actor=world.actor("agent"),
        status="closed",
        reason=reason(world),
        steps="Renewed.",
    )


_REACH: dict[str, Callable[[World, Case], None]] = {
    NEW: lambda world, case: None,
    IN_PROGRESS: begin,
    CLOSED: finish,
}


@pytest.mark.parametrize("status", [NEW, IN_PROGRESS, CLOSED])
@pytest.mark.parametrize(
    ("who", "expected"),
    [("agent", _HOLDER), ("agency.manager", _MANAGER), ("osd.staff", _NOTHING)],
)
def test_who_is_offered_what_in_which_status(
    world: World, who: str, expected: dict[str, set[str]], status: str
) -> None:
    case = open_crw(world)
    _REACH[status](world, case)
    case.refresh_from_db()
    actor = world.actor(who)
    assert {act["key"] for act in acts_of(case, actor)} == expected[status]
    for key, act in MACHINE.acts.items():
        if key in expected[status]:
            check_allowed(act, case, actor)
        elif key not in SYSTEM_ACTS:  # those have no door for anybody
            with pytest.raises((NotAllowed, Refused)):
                check_allowed(act, case, actor)


@pytest.mark.parametrize("who", _BLIND)
def test_to_everybody_else_the_case_does_not_exist(world: World, who: str) -> None:
    case = open_crw(world)
    assert not Case.objects.visible_to(world.actor(who)).filter(pk=case.pk).exists()


def test_an_entitys_case_is_worked_by_its_counselor_and_led_by_its_primary_contact(
    world: World,
) -> None:
    """For entities the sources state no right to transfer (CRW-16)."""
    case = open_crw(world, "cec", code="bridge")
    assert {act["key"] for act in acts_of(case, world.actor("cec"))} == _HOLDER[NEW]
    contact = world.actor("entity.contact")
    assert {act["key"] for act in acts_of(case, contact)} == _HOLDER[NEW]
    finish_as = world.actor("cec")
    services.close_case(
        case=case, actor=finish_as, status="closed", reason=reason(world), steps="Done."
    )
    case.refresh_from_db()
    assert {act["key"] for act in acts_of(case, contact)} == {"reopen"}
    assert not Case.objects.visible_to(world.actor("cec2")).filter(pk=case.pk).exists()


def test_a_level_1_works_own_cases(world: World) -> None:
    """Decision 18."""
    case = open_crw(world, "agent1")
    assert {act["key"] for act in acts_of(case, world.actor("agent1"))} == _HOLDER[NEW]


def test_the_systems_acts_have_no_door() -> None:
    from retention.doors import DOORS

    assert not SYSTEM_ACTS & set(DOORS)
    assert all(MACHINE.acts[key].by_system for key in SYSTEM_ACTS)
    assert set(MACHINE.acts) - SYSTEM_ACTS == set(DOORS)
