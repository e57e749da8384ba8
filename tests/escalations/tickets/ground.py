"""What the tests of tickets share: types, health plans, and tickets on their way."""

from __future__ import annotations

from typing import Any

from escalations.tickets import services
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.tenancy import services as tenancy
from portal.tenancy.models import Organization
from tests.world import World


def add_type(world: World, key: str, kind: str = "ticket", **more: Any) -> TicketType:
    return TicketType.objects.create(
        exchange=world.exchange, key=key, kind=kind, label=key.replace("-", " ").title(), **more
    )


def add_line(world: World, queue: str, ticket_type: TicketType | None = None, **more: Any) -> Any:
    position = RoutingRule.objects.count() + 1
    return RoutingRule.objects.create(
        exchange=world.exchange,
        position=position,
        ticket_type=ticket_type,
        queue=world.organizations[queue],
        why=f"Line {position}.",
        **more,
    )


def health_plan(world: World, name: str = "Meadowlark Health Plan") -> Organization:
    return tenancy.create_organization(
        actor=world.system, kind="carrier", code=name.split()[0].lower(), name=name
    )


def open_ticket(
    world: World,
    ticket_type: TicketType,
    *,
    by: str = "scr",
    queue: str = "escalations-unit",
    **more: Any,
) -> Case:
    return services.open_ticket(
        actor=world.actor(by),
        ticket_type=ticket_type,
        summary="Coverage ended for want of a payment.",
        queue=world.organizations[queue],
        **more,
    )


def begun(world: World, case: Case, by: str = "eru.specialist") -> Case:
    """The ticket, taken and in progress."""
    actor = world.actor(by)
    take_case(case=case, actor=actor)
    return services.start_work(case=case, actor=actor)


def reached(world: World, case: Case, by: str = "eru.specialist") -> Case:
    return services.record_contact(
        case=case,
        actor=world.actor(by),
        channel="phone",
        outcome="reached",
        summary="She knows how it stands.",
    )


def solved() -> ResolutionCode:
    return ResolutionCode.objects.get(key="solved")
