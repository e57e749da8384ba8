"""The routing table and the types: what administrators configure, and what it does."""

import pytest
from django.core.exceptions import ValidationError

from escalations.tickets import configuration
from escalations.tickets.configuration import Direction
from escalations.tickets.forms import ResolveForm
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from escalations.tickets.services import open_ticket
from portal.casework.machine import Refused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.world import World


@pytest.fixture
def access(world: World) -> TicketType:
    return TicketType.objects.get(key="access-to-care")


def line(world: World, queue: str, **terms: object) -> RoutingRule:
    return configuration.add_rule(
        actor=world.actor("admin"),
        queue=world.organizations[queue],
        why=f"Goes to {queue}.",
        **terms,  # type: ignore[arg-type]
    )


def route(world: World, ticket_type: TicketType, *, urgent: bool = False) -> configuration.Route:
    rules = configuration.routing_rules(world.exchange)
    return configuration.find_route(rules=rules, ticket_type=ticket_type, is_urgent=urgent)


def order(world: World) -> list[str]:
    return [rule.queue.code for rule in configuration.routing_rules(world.exchange)]


def test_the_first_line_that_matches_names_the_queue(world: World, access: TicketType) -> None:
    line(world, "appeals", ticket_type=access)
    found = route(world, access)
    assert found.queue == world.organizations["escalations-unit"]
    assert [tried.matches for tried in found.tried] == [True, None]


def test_a_line_without_a_type_takes_any_type(world: World) -> None:
    other = configuration.add_type(actor=world.actor("admin"), key="other", label="Other")
    assert route(world, other).queue is None
    line(world, "appeals")
    assert route(world, other).queue == world.organizations["appeals"]


def test_a_line_for_urgent_ones_leaves_the_others_to_the_next(
    world: World, access: TicketType
) -> None:
    RoutingRule.objects.all().delete()
    line(world, "external-affairs", ticket_type=access, only_urgent=True)
    line(world, "appeals", ticket_type=access)
    assert route(world, access, urgent=True).queue == world.organizations["external-affairs"]
    calm = route(world, access)
    assert calm.queue == world.organizations["appeals"]
    assert calm.tried[0].reason == "It is for urgent tickets only."


def test_moving_a_line_changes_where_tickets_go_from_then_on(
    world: World, access: TicketType
) -> None:
    admin = world.actor("admin")
    before = open_ticket(actor=world.system, ticket_type=access, summary="One.")
    second = line(world, "appeals", ticket_type=access)
    configuration.move_rule(actor=admin, rule=second, direction=Direction.UP)
    assert order(world) == ["appeals", "escalations-unit"]
    after = open_ticket(actor=world.system, ticket_type=access, summary="Two.")
    assert after.queue == world.organizations["appeals"]
    before.refresh_from_db()
    assert before.queue == world.organizations["escalations-unit"]


def test_the_first_line_moves_no_further_up_and_the_last_no_further_down(world: World) -> None:
    admin = world.actor("admin")
    only = RoutingRule.objects.get()
    for direction in Direction:
        with pytest.raises(Refused):
            configuration.move_rule(actor=admin, rule=only, direction=direction)


def test_a_deleted_line_leaves_the_others_in_their_order(world: World) -> None:
    line(world, "appeals")
    line(world, "external-affairs")
    middle = RoutingRule.objects.get(queue=world.organizations["appeals"])
    configuration.delete_rule(actor=world.actor("admin"), rule=middle)
    assert order(world) == ["escalations-unit", "external-affairs"]
    last = RoutingRule.objects.get(queue=world.organizations["external-affairs"])
    configuration.move_rule(actor=world.actor("admin"), rule=last, direction=Direction.UP)
    assert order(world) == ["external-affairs", "escalations-unit"]


def test_a_line_needs_a_unit_with_a_queue(world: World) -> None:
    with pytest.raises(ValidationError, match="queue"):
        line(world, "privacy-office")


def test_only_those_who_configure_tickets_may_write_and_each_write_is_recorded(
    world: World, access: TicketType
) -> None:
    rule = RoutingRule.objects.get()
    specialist = world.actor("eru.lead")
    attempts = [
        lambda actor: configuration.add_type(actor=actor, key="new", label="New"),
        lambda actor: configuration.change_type(
            actor=actor, ticket_type=access, label="Care", best_practices=["Call."], is_active=True
        ),
        lambda actor: configuration.change_rule(
            actor=actor, rule=rule, queue=world.organizations["appeals"], why="Other."
        ),
        lambda actor: configuration.add_resolution_code(actor=actor, key="new", label="New"),
        lambda actor: configuration.change_resolution_code(
            actor=actor, code=ResolutionCode.objects.get(key="solved"), label="Done", is_active=True
        ),
        lambda actor: configuration.delete_rule(actor=actor, rule=rule),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt(specialist)
        before = LedgerEntry.objects.count()
        attempt(world.actor("admin"))
        assert LedgerEntry.objects.count() == before + 1


def test_a_type_not_in_use_keeps_its_tickets_and_its_key_stays_taken(
    world: World, access: TicketType
) -> None:
    case = open_ticket(actor=world.system, ticket_type=access, summary="One.")
    configuration.change_type(
        actor=world.actor("admin"),
        ticket_type=access,
        label=access.label,
        best_practices=[],
        is_active=False,
    )
    case.refresh_from_db()
    assert case.ticket.ticket_type == access
    with pytest.raises(ValidationError, match="already exists"):
        configuration.add_type(actor=world.actor("admin"), key=access.key, label="Again")


def test_t08_a_resolution_code_is_renamed_and_switched_off_by_its_administrator(
    world: World,
) -> None:
    code = ResolutionCode.objects.get(key="solved")
    configuration.change_resolution_code(
        actor=world.actor("admin"), code=code, label="Settled", is_active=False
    )
    code.refresh_from_db()
    assert (code.label, code.is_active) == ("Settled", False)
    entry = LedgerEntry.objects.get(action="tickets.code_changed")
    assert entry.fields == ["is_active", "label"]
    case = open_ticket(actor=world.system, ticket_type=TicketType.objects.get(), summary="One.")
    form = ResolveForm(case=case, actor=world.actor("eru.specialist"))
    assert not form.fields["code"].queryset.exists()
    with pytest.raises(ValidationError):
        configuration.change_resolution_code(
            actor=world.actor("admin"), code=code, label=" ", is_active=True
        )
