"""Applications of three owners, and the two people of Outreach and Sales who decide about them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.tenancy import services as tenancy
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person
from storefronts.applications.services import Place, submit_application
from storefronts.choices import ATTESTATIONS
from storefronts.models import Listing, StorefrontApplication
from storefronts.photos import screen_photo
from storefronts.review import checklist, services
from storefronts.review.services import Item
from storefronts.status.endings import withdraw
from tests.world import PASSWORD, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: The first reviewer and the second.
FIRST, SECOND = "osd.staff", "osd.colleague"
_STAFF = {"agency.manager": "agent", "harbor.manager": "harbor.agent", "entity.contact": "cec"}
EVERY_POINT = [point.key for point in checklist.POINTS]


@cache
def screened() -> ScreenedFile:
    """A small photo, screened once: the screening has tests of its own."""
    content = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 120)).save(content, "JPEG")
    return screen_photo(ContentFile(content.getvalue(), name="front.jpg"))


@dataclass
class Desk:
    """The world of these tests, with the words they are written in."""

    world: World

    def actor(self, key: str = FIRST) -> Actor:
        return self.world.actor(key)

    def client(self, key: str = FIRST) -> Client:
        """A signed-in browser."""
        self.actor(key)
        client = Client()
        client.force_login(self.world.person(key), BACKEND)
        return client

    def apply(
        self,
        who: str = "agency.manager",
        *,
        listing: Listing | None = None,
        at: datetime | None = None,
        **values: Any,
    ) -> Case:
        """A pending application, submitted as its owner does."""
        given: dict[str, Any] = {
            "name": "Palm Street Health Help",
            "street": "120 Palm Street",
            "city": "Sacramento",
            "zip_code": "95814",
            "phone": "(916) 555-0142",
            "hours": {"mon": [["09:00", "17:00"]]},
            "languages": ["English", "Spanish"],
            "services": ["walk-in"],
            "latitude": 38.5800,
            "longitude": -121.4900,
        } | values
        applicant = self.actor(who)
        self.actor(_STAFF[who])
        application = submit_application(
            actor=applicant,
            place=Place(**given),
            staff=[self.world.person(_STAFF[who])],
            attested=[row.key for row in ATTESTATIONS],
            photos=[(self.document(applicant), kind) for kind in ("exterior", "interior")],
            listing=listing,
            at=at,
        )
        return application.case

    def document(self, actor: Actor) -> Document:
        return store_document(
            exchange=actor.exchange,
            file=screened(),
            purpose=Document.Purpose.EVIDENCE,
            uploaded_by=actor.person,
        )

    def detail(self, case: Case) -> StorefrontApplication:
        return StorefrontApplication.objects.get(case=case)

    def checked(self, case: Case, but: Sequence[str] = (), who: str = FIRST) -> Case:
        """The application with its checklist ticked, ``but`` for some points."""
        ticked = [key for key in EVERY_POINT if key not in but]
        services.save_checklist(case=case, actor=self.actor(who), ticked=ticked)
        return case

    def asked(self, case: Case, *questions: str, who: str = FIRST) -> Case:
        """The application with information requested."""
        items = [Item(text) for text in questions or ("Which door do consumers use?",)]
        return services.request_information(case=case, actor=self.actor(who), items=items)

    def approved(self, case: Case, who: str = FIRST) -> Case:
        return services.approve(case=self.checked(case, who=who), actor=self.actor(who))

    def rejected(
        self, case: Case, who: str = FIRST, reason: str = "No sign is to be seen."
    ) -> Case:
        return services.reject(case=case, actor=self.actor(who), reason=reason)

    def reopened(self, case: Case, who: str = FIRST) -> Case:
        """A rejected application, taken up again."""
        return services.reopen(
            case=self.rejected(case), actor=self.actor(who), reason="The sign is there now."
        )

    def standing_in(self, status: str, **values: Any) -> Case:
        """An application that has come to a status through its own acts."""
        case = self.apply(**values)
        match status:
            case "pending_information":
                return self.asked(case)
            case "approved":
                return self.approved(case)
            case "rejected":
                return self.rejected(case)
            case "withdrawn":
                return withdraw(case=case, actor=self.actor("agency.manager"))
        return case


@pytest.fixture
def desk(world: World) -> Desk:
    """The exchange with its owners of storefronts, and two people to decide."""
    world.actor(FIRST)
    colleague = Person.objects.create_user(
        f"{SECOND}@{world.exchange.slug}.example", PASSWORD, full_name="Osd Colleague"
    )
    world.people[SECOND] = colleague
    world.memberships[SECOND] = tenancy.add_membership(
        actor=world.system,
        person=colleague,
        organization=world.organization("outreach-and-sales"),
        role_key="distribution_services_staff",
    )
    return Desk(world)
