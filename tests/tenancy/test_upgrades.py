"""Actions an upgrade brings: their roles get them once, and what was taken away stays away."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from portal.ledger.models import LedgerEntry
from portal.tenancy import actions, services
from portal.tenancy.actions import Action
from portal.tenancy.models import Role
from portal.tenancy.roles import ROLES, UNIT_WORKERS, UNLED_WORKERS
from tests.world import World

BROUGHT = "constituent.new_thing"
ASSIGN, WIDENED = "casework.assign", "casework.assign+unled-units"


@pytest.fixture
def brought(world: World, monkeypatch: pytest.MonkeyPatch) -> Action:
    """An action that came after the exchange was founded."""
    action = Action(BROUGHT, "Do a new thing", frozenset({"ea_analyst", "ea_lead"}))
    monkeypatch.setitem(actions._registry, BROUGHT, action)
    return action


def holders(world: World) -> set[str]:
    roles = Role.objects.filter(exchange=world.exchange, actions__contains=[BROUGHT])
    return set(roles.values_list("key", flat=True))


def test_an_exchange_knows_every_action_it_was_founded_with(world: World) -> None:
    assert services.learn_actions(exchange=world.exchange) == []
    assert not LedgerEntry.objects.filter(action="tenancy.actions_learned").exists()


def test_a_new_action_is_given_to_its_roles_and_recorded(world: World, brought: Action) -> None:
    assert holders(world) == set()
    assert services.learn_actions(exchange=world.exchange) == [BROUGHT]
    assert holders(world) == brought.roles
    assert world.actor("ea.analyst").may(BROUGHT)
    assert not world.actor("eru.specialist").may(BROUGHT)
    entry = LedgerEntry.objects.get(action="tenancy.actions_learned")
    assert entry.data == {
        "actions": [BROUGHT],
        "roles": {"ea_analyst": [BROUGHT], "ea_lead": [BROUGHT]},
    }


def test_an_action_an_administrator_took_away_stays_away(world: World, brought: Action) -> None:
    services.learn_actions(exchange=world.exchange)
    role = Role.objects.get(exchange=world.exchange, key="ea_analyst")
    services.set_role_actions(
        actor=world.actor("admin"),
        role=role,
        action_keys=[key for key in role.actions if key != BROUGHT],
    )
    assert services.learn_actions(exchange=world.exchange) == []
    assert holders(world) == {"ea_lead"}


def test_an_action_of_the_founding_that_was_taken_away_is_not_given_again(
    world: World, brought: Action
) -> None:
    role = Role.objects.get(exchange=world.exchange, key="ea_lead")
    services.set_role_actions(actor=world.actor("admin"), role=role, action_keys=[])
    services.learn_actions(exchange=world.exchange)
    role.refresh_from_db()
    assert role.actions == [BROUGHT]


@pytest.fixture
def before_widening(world: World) -> World:
    """The exchange as it was when only leads assigned cases."""
    for role in Role.objects.filter(exchange=world.exchange, key__in=UNLED_WORKERS):
        role.actions = [key for key in role.actions if key != ASSIGN]
        role.save(update_fields=["actions"])
    world.exchange.known_actions = [k for k in world.exchange.known_actions if k != WIDENED]
    world.exchange.save(update_fields=["known_actions"])
    return world


def test_units_without_a_lead_learn_to_assign_once(before_widening: World) -> None:
    world = before_widening
    assert not world.actor("appeals.specialist").may(ASSIGN)
    assert services.learn_actions(exchange=world.exchange) == [WIDENED]
    assert world.actor("appeals.specialist").may(ASSIGN)
    assert not world.actor("eru.specialist").may(ASSIGN)
    entry = LedgerEntry.objects.get(action="tenancy.actions_learned")
    assert entry.data["roles"] == {key: [ASSIGN] for key in UNLED_WORKERS}


def test_what_a_role_learned_later_and_lost_stays_away(before_widening: World) -> None:
    world = before_widening
    services.learn_actions(exchange=world.exchange)
    role = Role.objects.get(exchange=world.exchange, key="appeals_specialist")
    services.set_role_actions(
        actor=world.actor("admin"),
        role=role,
        action_keys=[key for key in role.actions if key != ASSIGN],
    )
    assert services.learn_actions(exchange=world.exchange) == []
    assert not world.actor("appeals.specialist").may(ASSIGN)


def test_a_widening_is_registered_once_for_an_action_and_roles_that_exist() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        actions.widen(ASSIGN, "unled-units", roles=UNLED_WORKERS)
    with pytest.raises(ValueError, match="stays inside the exchange"):
        actions.widen(ASSIGN, "offices", roles={"office_staff"})
    with pytest.raises(KeyError):
        actions.widen("casework.fly", "all", roles=UNLED_WORKERS)


def test_the_units_without_a_lead_are_all_but_the_escalations_unit() -> None:
    led = UNIT_WORKERS - UNLED_WORKERS
    assert {key for key in UNIT_WORKERS if ROLES[key].lead} < led
    assert led == {"escalations_specialist", "escalations_lead"}


def test_the_command_teaches_every_exchange_its_own_roles(
    world: World, other_world: World, brought: Action
) -> None:
    said = StringIO()
    call_command("learn_actions", stdout=said)
    assert json.loads(said.getvalue()) == {"exchanges": 2, "learned": 2}
    for each in (world, other_world):
        each.enter()
        assert holders(each) == brought.roles
