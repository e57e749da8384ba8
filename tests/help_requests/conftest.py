"""An agency with its consumers, an entity with hers, and the three teams that answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from portal.casework.models import Case
from portal.consumers import book
from portal.consumers.mirror import Consumer, Delegation
from portal.help_requests import configuration, conversation, services
from portal.help_requests.models import HelpTopic
from portal.tenancy.actor import Actor
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CONSUMER, PROFILE = "application-help", "profile-change"
UNITS = ("agent-contracts", "certification-services")
#: Consumer → who has them.
BOOKS = {
    "Tala Bautista": ("sunrise", "agent"),
    "Danilo Macaraeg": ("sunrise", "agent2b"),
    "Corazon Salonga": ("bridge", "cec"),
    "Ligaya Navarro": ("harbor", "harbor.agent"),
}


@dataclass
class Desk:
    """The world of these tests, with the words they are written in."""

    world: World

    def actor(self, key: str) -> Actor:
        return self.world.actor(key)

    def topic(self, key: str = CONSUMER) -> HelpTopic:
        return HelpTopic.objects.get(exchange=self.world.exchange, key=key)

    def consumer(self, name: str = "Tala Bautista") -> Consumer:
        return Consumer.objects.get(exchange=self.world.exchange, full_name=name)

    def submit(self, who: str = "agent", topic: str = CONSUMER, **more: Any) -> Case:
        """A help request; about the requester's consumer where the topic is about one."""
        values: dict[str, Any] = {
            "subject": "Cannot finish the application",
            "description": "The signature page stays empty.",
        }
        if topic == CONSUMER and "consumer" not in more:
            values["consumer"] = self.consumer(
                {"cec": "Corazon Salonga", "agent2b": "Danilo Macaraeg"}.get(who, "Tala Bautista")
            )
        return services.submit_request(
            actor=self.actor(who), topic=self.topic(topic), **(values | more)
        )

    def started(self, case: Case, who: str = "scr") -> Case:
        return services.start_work(case=case, actor=self.actor(who))

    def waiting(self, case: Case, missing: str = "On which day was it signed?") -> Case:
        """The same request, begun and with the enroller asked."""
        case = self.started(case)
        return conversation.ask_enroller(case=case, actor=self.actor("scr"), missing=missing)

    def resolved(self, case: Case) -> Case:
        case = self.started(case)
        return services.resolve(
            case=case, actor=self.actor("scr"), resolution="The page was mended. Sign it again."
        )

    def closed(self, case: Case) -> Case:
        return services.close(case=self.resolved(case), actor=self.world.system)

    def standing_in(self, status: str, who: str = "agent", topic: str = CONSUMER) -> Case:
        """A request that has come to a status through its own acts."""
        case = self.submit(who, topic)
        match status:
            case "in_progress":
                return self.started(case)
            case "waiting_on_enroller":
                return self.waiting(case)
            case "resolved":
                return self.resolved(case)
            case "closed":
                return self.closed(case)
            case "cancelled":
                return services.cancel(case=case, actor=self.actor(who))
        return case

    def lose(self, name: str = "Tala Bautista") -> None:
        """The consumer ends the delegation."""
        book.end_delegation(
            actor=self.world.system,
            consumer=self.consumer(name),
            ended_by=Delegation.EndedBy.CONSUMER,
        )

    def client(self, who: str) -> Client:
        """A signed-in browser."""
        self.actor(who)
        client = Client()
        client.force_login(self.world.person(who), BACKEND)
        return client


def furnish(world: World) -> Desk:
    """Give a world its teams, topics, routes and consumers."""
    world.enter()
    for code in UNITS:
        world.organization(code)
    configuration.found_help_requests(actor=world.system)
    for number, (name, (organization, enroller)) in enumerate(BOOKS.items()):
        consumer = Consumer.objects.create(
            exchange=world.exchange,
            case_number=f"50000000{number:02d}",
            full_name=name,
            date_of_birth=date(1980, 3, 7),
            phone=f"916-555-01{number:02d}",
        )
        book.start_delegation(
            actor=world.system,
            consumer=consumer,
            organization=world.organization(organization),
            enroller=world.person(enroller),
            origin=Delegation.Origin.FEED,
        )
    return Desk(world)


@pytest.fixture
def desk(world: World) -> Desk:
    """The exchange's enrollers, their consumers, and the teams that answer them."""
    return furnish(world)
