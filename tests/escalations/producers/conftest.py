"""Maryland: two agencies with their books, the hotline and both teams, types and contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from escalations.producers import configuration as producers
from escalations.producers import conversation, services
from escalations.producers.table import KIND
from escalations.tickets import configuration as tickets
from escalations.tickets.models import RoutingRule, TicketType
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.consumers.models import Consumer
from portal.tenancy import services as tenancy
from portal.tenancy.models import Person
from tests.world import NOW, PASSWORD, World, build_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORMAT = "{day}-{sequence:07d}"
#: Key, label as the guide prints it (MD-10), short name in the mail.
TYPES = (
    ("consumer-enrollment", "Consumer Enrollment Issue", "Enrollment"),
    ("determination", "Determination Issue", "Determination"),
    ("system-error", "System Error Issue", "System Error"),
    ("termination", "Termination Issue", "Termination"),
    ("form-1095a", "1095 A Issue", "1095 A"),
    ("commission", "Commission Issue", "Commission"),
)
_PEOPLE = {
    "producer": ("chesapeake", "producer"),
    "colleague": ("chesapeake", "producer"),
    "manager": ("chesapeake", "agency_manager"),
    "other.producer": ("bay-brokers", "producer"),
    "hotline": ("producer-support-hotline", "hotline_representative"),
    "ect": ("escalated-cases-team", "escalated_cases_worker"),
    "ect.colleague": ("escalated-cases-team", "escalated_cases_worker"),
    "pot": ("producer-operations", "producer_operations_staff"),
    "training": ("training-support", "training_support_staff"),
    "scr": ("agent-cec-service-center", "service_center_representative"),
    "admin": ("exchange", "exchange_administrator"),
}


@dataclass
class Maryland(World):
    """The world of these tests, with the words they are written in."""

    def type(self, key: str = "consumer-enrollment") -> TicketType:
        return TicketType.objects.get(exchange=self.exchange, key=key)

    def consumer(self, name: str) -> Consumer:
        return Consumer.objects.get(exchange=self.exchange, full_name=name)

    def escalate(self, *names: str, who: str = "producer", type_key: str = "", **more: Any) -> Case:
        """An escalation of a producer: of one consumer, or of several for commission."""
        names = names or ("Tala Bautista",)
        key = type_key or "consumer-enrollment"
        values = {"description": "It has been pending since the first.", "verified": True}
        return services.submit_escalation(
            actor=self.actor(who),
            ticket_type=self.type(key),
            consumers=[self.consumer(name) for name in names],
            **(values | more),
        )

    def in_review(self, case: Case, who: str = "ect") -> Case:
        """The same escalation, taken and begun."""
        from escalations.tickets.services import start_work

        take_case(case=case, actor=self.actor(who))
        return start_work(case=case, actor=self.actor(who))

    def waiting(self, case: Case, missing: str = "Which month does it begin?") -> Case:
        """The same escalation, with the producer asked for something."""
        case = self.in_review(case)
        return conversation.ask_producer(case=case, actor=self.actor("ect"), missing=missing)

    def client(self, who: str) -> Client:
        """A signed-in browser."""
        client = Client()
        client.force_login(self.people[who], BACKEND)
        return client


@pytest.fixture
def maryland(db: None) -> Iterator[Maryland]:
    """Maryland Health Connection on its own clock; its people come with their agencies."""
    with time_machine.travel(NOW, tick=False):
        yield build_maryland()


def build_maryland() -> Maryland:
    """Found it: organizations, people, types as the guide has them, routing, contacts, books."""
    base = build_world("maryland", people=False)
    world = Maryland(base.exchange, base.organizations, base.people, base.memberships)
    exchange = world.exchange
    exchange.time_zone = "America/New_York"
    exchange.modules = [KIND]
    exchange.number_formats = {KIND: FORMAT}
    exchange.save()
    for code, kind, has_queue in (
        ("producer-support-hotline", "unit", True),
        ("escalated-cases-team", "unit", True),
        ("producer-operations", "unit", True),
        ("training-support", "unit", True),
        ("chesapeake", "agency", False),
        ("bay-brokers", "agency", False),
        ("patapsco", "carrier", False),
        ("tidewater", "carrier", False),
    ):
        world.organizations[code] = tenancy.create_organization(
            actor=world.system,
            kind=kind,
            code=code,
            name=code.replace("-", " ").title(),
            parent=world.organizations["exchange"] if kind == "unit" else None,
            has_queue=has_queue,
        )
    for key, (organization, role) in _PEOPLE.items():
        world.people[key] = Person.objects.create_user(
            f"{key}@mhc.example", PASSWORD, full_name=key.replace(".", " ").title()
        )
        world.memberships[key] = tenancy.add_membership(
            actor=world.system,
            person=world.people[key],
            organization=world.organizations[organization],
            role_key=role,
        )
    _found_types(world)
    _found_books(world)
    for npn, who in (("17000001", "producer"), ("17000002", "other.producer")):
        producers.set_license(actor=world.system, person=world.people[who], npn=npn)
    return world


def _found_types(world: Maryland) -> None:
    RoutingRule.objects.all().delete()
    for key, label, short in TYPES:
        row = tickets.add_type(actor=world.system, key=key, label=label, kind=KIND)
        producers.set_type(
            actor=world.system,
            ticket_type=row,
            mail_label=short,
            is_commission=key == "commission",
        )
    tickets.add_rule(
        actor=world.system,
        ticket_type=world.type("commission"),
        queue=world.organizations["producer-operations"],
        why="Commission issues belong to Producer Operations.",
    )
    tickets.add_rule(
        actor=world.system,
        queue=world.organizations["escalated-cases-team"],
        why="All other issues go to the Escalated Cases team.",
    )


def _found_books(world: Maryland) -> None:
    for number, (name, person_id, agency, carrier) in enumerate(
        (
            ("Tala Bautista", "174097", "chesapeake", "patapsco"),
            ("Danilo Macaraeg", "174098", "chesapeake", "patapsco"),
            ("Corazon Salonga", "174099", "chesapeake", "tidewater"),
            ("Rodrigo Salonga", "", "chesapeake", "tidewater"),
            ("Ligaya Foreign", "174200", "bay-brokers", "patapsco"),
            ("Nobody Salonga", "174300", "", "patapsco"),
        )
    ):
        Consumer.objects.create(
            exchange=world.exchange,
            case_number=f"50000000{number:02d}",
            person_id=person_id,
            full_name=name,
            date_of_birth=date(1980, 3, 7),
            phone=f"410-555-01{number:02d}",
            organization=world.organizations.get(agency),
            carrier=world.organizations[carrier],
        )
