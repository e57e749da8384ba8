"""CalChoice as its tests need it: three tiers, two employers, everybody who works or watches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from escalations.tickets import configuration
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from escalations.tiers import services, table
from escalations.tiers.configuration import found_tiers
from escalations.tiers.models import TypeClock
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.tenancy import services as tenancy
from portal.tenancy.models import Person
from tests.world import PASSWORD, World, build_world

_UNITS = {
    "tier-1": "Tier 1 Member Services",
    "tier-2": "Tier 2 Benefits Specialists",
    "tier-3": "Tier 3 Appeals & Compliance",
}
_EMPLOYERS = {"bakery": "Harvest Bakery", "surf": "Tidepool Surf Supply"}
_PEOPLE = {
    "tier1": ("tier-1", "tier1_representative"),
    "tier1.colleague": ("tier-1", "tier1_representative"),
    "tier2": ("tier-2", "tier2_specialist"),
    "tier2.colleague": ("tier-2", "tier2_specialist"),
    "tier3": ("tier-3", "tier3_specialist"),
    "tier3.colleague": ("tier-3", "tier3_specialist"),
    "compliance": ("exchange", "compliance_officer"),
    "lead": ("exchange", "escalations_lead"),
    "employer": ("bakery", "group_plan_administrator"),
    "other.employer": ("surf", "group_plan_administrator"),
    "admin": ("exchange", "exchange_administrator"),
}
#: Type → kind, and the unit the routing table sends it to.
_TYPES = {
    "eligibility": ("member_case", "tier-1"),
    "billing": ("member_case", "tier-1"),
    "claims-dispute": ("member_case", "tier-2"),
    "regulatory-inquiry": ("member_case", "tier-3"),
    "formal-appeal": ("plan_appeal", "tier-3"),
}


def build_calchoice() -> World:
    """Found CalChoice with its tiers; the clock must be frozen."""
    world = build_world("calchoice", people=False)
    world.enter()
    for code, name in _UNITS.items():
        world.organizations[code] = tenancy.create_organization(
            actor=world.system,
            kind="unit",
            code=code,
            name=name,
            parent=world.organizations["exchange"],
            has_queue=True,
        )
    for code, name in _EMPLOYERS.items():
        world.organizations[code] = tenancy.create_organization(
            actor=world.system, kind="employer", code=code, name=name
        )
    for key, (organization, role) in _PEOPLE.items():
        person = Person.objects.create_user(
            f"{key}@calchoice.example", PASSWORD, full_name=key.replace(".", " ").title()
        )
        world.people[key] = person
        world.memberships[key] = tenancy.add_membership(
            actor=world.system,
            person=person,
            organization=world.organizations[organization],
            role_key=role,
        )
    _found_types(world)
    found_tiers(
        exchange=world.exchange,
        units={number: world.organizations[f"tier-{number}"] for number in (1, 2, 3)},
    )
    return world


def _found_types(world: World) -> None:
    RoutingRule.objects.filter(exchange=world.exchange).delete()
    admin = world.actor("admin")
    for key, (kind, queue) in _TYPES.items():
        row = configuration.add_type(
            actor=admin, key=key, label=key.replace("-", " ").capitalize(), kind=kind
        )
        configuration.add_rule(
            actor=admin,
            ticket_type=row,
            queue=world.organizations[queue],
            why=f"{row.label} begins with {queue}.",
        )
    TypeClock.objects.create(
        exchange=world.exchange,
        ticket_type=TicketType.objects.get(key="billing"),
        policy_key=table.RESEARCH,
    )


def open_case(world: World, ticket_type: str = "eligibility", **more: Any) -> Case:
    """A member's case, opened by Tier 1."""
    more.setdefault("summary", "When does the coverage begin?")
    more.setdefault("consumer_name", "Rosa Quintero")
    return services.open_member_case(
        actor=world.actor(more.pop("by", "tier1")),
        ticket_type=TicketType.objects.get(exchange=world.exchange, key=ticket_type),
        **more,
    )


def contents(**more: Any) -> dict[str, Any]:
    """The three mandatory contents of a handoff (CC-19)."""
    return {
        "rationale": "The carrier's rules decide this.",
        "documents_text": "none",
        "took_place_at": timezone.now() - timedelta(minutes=5),
        **more,
    }


def taken(world: World, case: Case, who: str) -> Case:
    """The case in the hands of somebody of its unit."""
    return take_case(case=case, actor=world.actor(who))


def at_tier(world: World, tier: int, **more: Any) -> Case:
    """A case taken by Tier 1 and moved up to a tier, taken there too."""
    case = taken(world, open_case(world, **more), "tier1")
    for number in range(2, tier + 1):
        case = services.escalate(
            case=case, actor=world.actor(f"tier{number - 1}"), to_tier=number, **contents()
        )
        case = taken(world, case, f"tier{number}")
    return case


def code() -> ResolutionCode:
    """A resolution code of the exchange."""
    return ResolutionCode.objects.get(key="solved")
