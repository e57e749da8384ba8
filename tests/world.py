"""A small world every test can stand on: exchanges, organizations, people and their actors.

Alice-and-Bob by role: ``world.actor("ea.analyst")`` is whoever External Affairs has; two offices
and two exchanges are there so that each rule has its outsider.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.clocks import promises
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from portal.tenancy import modules, selectors, services
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.scope import set_scope

#: A Wednesday, 10:20 in Los Angeles; an ordinary week.
NOW = datetime(2025, 11, 5, 18, 20, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

_PEOPLE = {
    # key: (organization code, role key)
    "ea.analyst": ("external-affairs", "ea_analyst"),
    "ea.lead": ("external-affairs", "ea_lead"),
    "eru.specialist": ("escalations-unit", "escalations_specialist"),
    "eru.colleague": ("escalations-unit", "escalations_specialist"),
    "eru.lead": ("escalations-unit", "escalations_lead"),
    "appeals.specialist": ("appeals", "appeals_specialist"),
    "psu.specialist": ("priority-support-unit", "priority_support_specialist"),
    "pau.specialist": ("program-assistance-unit", "program_assistance_specialist"),
    "scr": ("agent-cec-service-center", "service_center_representative"),
    "privacy": ("privacy-office", "privacy_officer"),
    "qa.analyst": ("quality-assurance", "quality_analyst"),
    "admin": ("exchange", "exchange_administrator"),
    "office.manager": ("assembly-13", "office_manager"),
    "office.staff": ("assembly-13", "office_staff"),
    "office.staff2": ("assembly-13", "office_staff"),
    "other.office": ("senate-07", "office_staff"),
    "agency.manager": ("sunrise", "agency_manager"),
    "agent": ("sunrise", "agent_level_2"),
}
#: People who come when a test first asks for them, so that the others need not wait for them.
_LATER = {
    "agent2b": ("sunrise", "agent_level_2"),
    "agent1": ("sunrise", "agent_level_1"),
    "admin1": ("sunrise", "admin_staff_1"),
    "admin2": ("sunrise", "admin_staff_2"),
    "harbor.manager": ("harbor", "agency_manager"),
    "harbor.agent": ("harbor", "agent_level_2"),
    "entity.contact": ("bridge", "entity_primary_contact"),
    "cec": ("bridge", "certified_enrollment_counselor"),
    "cec2": ("bridge", "certified_enrollment_counselor"),
    "osd.staff": ("outreach-and-sales", "distribution_services_staff"),
    "osd.colleague": ("outreach-and-sales", "distribution_services_staff"),
    "contracts": ("agent-contracts", "contracts_staff"),
    "certification": ("certification-services", "certification_staff"),
}
_ORGANIZATIONS_LATER = {
    "harbor": ("agency", "Harbor Benefits Group", None, False),
    "bridge": ("entity", "Bridge Community Clinic", None, False),
    "outreach-and-sales": ("unit", "Outreach and Sales", "exchange", True),
    "agent-contracts": ("unit", "Agent Contracts", "exchange", True),
    "certification-services": ("unit", "Certification Services", "exchange", True),
}
_ORGANIZATIONS = {
    "exchange": ("exchange", "The Exchange", None, False),
    "external-affairs": ("unit", "External Affairs", "exchange", True),
    "escalations-unit": ("unit", "Escalations Unit", "exchange", True),
    "appeals": ("unit", "Appeals", "exchange", True),
    "priority-support-unit": ("unit", "Priority Support Unit", "exchange", True),
    "program-assistance-unit": ("unit", "Program Assistance Unit", "exchange", True),
    "agent-cec-service-center": ("unit", "Agent/CEC Service Center", "exchange", True),
    "privacy-office": ("unit", "Privacy Office", "exchange", False),
    "quality-assurance": ("unit", "Quality Assurance Unit", "exchange", False),
    "assembly-13": ("government_office", "Assembly District 13", None, False),
    "senate-07": ("government_office", "Senate District 7", None, False),
    "sunrise": ("agency", "Sunrise Insurance Agency", None, False),
}
#: Stated here and not read from the code, because tests reckon with them.
_POLICIES = {
    # key: (kind, target, limit)
    "constituent.acknowledge": ("constituent", None, 1),
    "constituent.jurisdiction": ("constituent", None, 2),
    "constituent.first_update": ("constituent", None, 5),
    "constituent.update": ("constituent", None, 5),
    "constituent.office_answer": ("constituent", 3, 10),
    "constituent.tell_office": ("constituent", None, 1),
    "constituent.auto_close": ("constituent", None, 5),
    "ticket.resolve": ("ticket", 7, 10),
    "ticket.consumer_answer": ("ticket", 5, 30),
    "ticket.auto_close": ("ticket", None, 5),
}


@dataclass
class World:
    """One exchange with everything in it, its scope set for the current transaction."""

    exchange: Exchange
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)

    @property
    def system(self) -> Actor:
        return Actor.system(self.exchange)

    def actor(self, key: str, *, channel: str = "web") -> Actor:
        """A fresh actor, as a new request would make it."""
        self.enter()
        self.person(key)
        membership = selectors.membership_for_actor(
            self.memberships[key].pk, person_id=self.people[key].pk
        )
        assert membership is not None, f"{key} has no current membership"
        return selectors.actor_for(self.people[key], membership, channel=channel)

    def person(self, key: str) -> Person:
        """Somebody by role; those of ``_LATER`` join when they are first asked for."""
        if key not in self.people and key in _LATER:
            code, role = _LATER[key]
            self.enter()
            self._join(key, self.organization(code), role)
        return self.people[key]

    def organization(self, code: str) -> Organization:
        """An organization by code; those of ``_ORGANIZATIONS_LATER`` are founded when first asked
        for."""
        if code not in self.organizations:
            self._found(code, *_ORGANIZATIONS_LATER[code])
        return self.organizations[code]

    def _found(self, code: str, kind: str, name: str, parent: str | None, has_queue: bool) -> None:
        self.organizations[code] = services.create_organization(
            actor=self.system,
            kind=kind,
            code=code,
            name=name,
            parent=self.organizations.get(parent or ""),
            has_queue=has_queue,
        )

    def _join(self, key: str, organization: Organization, role: str) -> None:
        self.people[key] = Person.objects.create_user(
            f"{key}@{self.exchange.slug}.example", PASSWORD, full_name=key.replace(".", " ").title()
        )
        self.memberships[key] = services.add_membership(
            actor=self.system,
            person=self.people[key],
            organization=organization,
            role_key=role,
        )

    def enter(self) -> None:
        """Work for this exchange from here on in the current transaction."""
        set_scope(exchange_id=self.exchange.pk)


def build_world(slug: str = "covered-california", *, people: bool = True) -> World:
    """Found an exchange with units, offices, an agency, people, calendar, policies and types."""
    exchange = Exchange.objects.create(
        slug=slug,
        name=slug.replace("-", " ").title(),
        short_name=slug[:8],
        time_zone="America/Los_Angeles",
        contact_email=f"lead@{slug}.example",
        modules=list(modules.all_modules()),
        require_second_factor=False,
    )
    world = World(exchange)
    world.enter()
    services.found_roles(exchange=exchange)
    for code, body in _ORGANIZATIONS.items():
        world._found(code, *body)
    for key, (organization, role) in _PEOPLE.items() if people else ():
        world._join(key, world.organizations[organization], role)
    _found_rules(world)
    return world


def _found_rules(world: World) -> None:
    exchange = world.exchange
    calendar = BusinessCalendar.objects.create(
        exchange=exchange,
        key="standard",
        name="Standard hours",
        zone=exchange.time_zone,
        week={day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        is_default=True,
    )
    for day, label in (
        ("2025-11-11", "Veterans Day"),
        ("2025-11-27", "Thanksgiving Day"),
        ("2025-11-28", "Day After Thanksgiving"),
        ("2025-12-25", "Christmas Day"),
        ("2026-01-01", "New Years Day"),
        ("2026-01-19", "Martin Luther King Day"),
    ):
        CalendarException.objects.create(
            exchange=exchange, calendar=calendar, date=day, label=label
        )
    for key, (kind, target, limit) in _POLICIES.items():
        SlaPolicy.objects.create(
            exchange=exchange,
            key=key,
            label=key.replace(".", " ").replace("_", " ").capitalize(),
            case_kind=kind,
            calendar=calendar,
            measure=SlaPolicy.Measure.BUSINESS_DAYS,
            target=target,
            limit=limit,
        )
    for promise in promises.promises_of(exchange.slug):
        if promise.key not in _POLICIES:
            SlaPolicy.objects.create(
                exchange=exchange, calendar=calendar, case_kind=promise.case_kind, **asdict(promise)
            )
    access = TicketType.objects.create(
        exchange=exchange, key="access-to-care", label="Access to care"
    )
    RoutingRule.objects.create(
        exchange=exchange,
        position=1,
        ticket_type=access,
        queue=world.organizations["escalations-unit"],
        why="Access to care goes to the Escalations Unit.",
    )
    ResolutionCode.objects.create(exchange=exchange, key="solved", label="Solved with the consumer")
