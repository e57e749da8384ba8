"""What tests of applications stand on: photos, what one types, and an application submitted."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import ContentFile

from portal.documents.models import Document
from portal.documents.services import store_document
from portal.tenancy.actor import Actor
from storefronts import photos
from storefronts.applications import services, wizard
from storefronts.applications.services import Place
from storefronts.choices import ATTESTATIONS
from storefronts.models import Photo, StorefrontApplication
from tests.documents.hostile import photo
from tests.world import World

HOURS = {"mon": [["09:00", "17:00"]], "sat": [["10:00", "14:00"]]}
ATTESTED = [row.key for row in ATTESTATIONS]
EXTERIOR, INTERIOR = Photo.Kind.EXTERIOR.value, Photo.Kind.INTERIOR.value


def file(content: bytes | None = None, name: str = "front.jpg") -> ContentFile[bytes]:
    """A photo as it is sent."""
    return ContentFile(photo() if content is None else content, name=name)


def place_of(**values: Any) -> Place:
    """A location in Sacramento."""
    given: dict[str, Any] = {
        "name": "Palm Street Storefront",
        "street": "120 Palm Street",
        "city": "Sacramento",
        "zip_code": "95814",
        "phone": "916-555-0142",
        "hours": HOURS,
        "languages": ["English", "Spanish"],
        "services": ["walk-in", "appointments"],
    } | values
    return Place(**given)


def two_photos(actor: Actor) -> list[tuple[Document, str]]:
    """One of the outside and one of the inside, stored as the actor's."""
    return [(_stored(actor), EXTERIOR), (_stored(actor), INTERIOR)]


def apply(world: World, who: str = "agency.manager", **values: Any) -> StorefrontApplication:
    """Submit an application; ``values`` are arguments of the service, or the place's."""
    world.organization("outreach-and-sales")
    world.person("osd.staff")
    actor = world.actor(who)
    colleague = {"sunrise": "agent", "harbor": "harbor.agent", "bridge": "cec"}
    assert actor.organization is not None
    of_service = {"staff", "attested", "photos", "listing", "draft", "copied_from", "at"}
    given: dict[str, Any] = {
        "staff": [world.person(colleague[actor.organization.code])],
        "attested": ATTESTED,
        "photos": values.get("photos") or two_photos(actor),
    } | {key: value for key, value in values.items() if key in of_service}
    of_place = {key: value for key, value in values.items() if key not in of_service}
    return services.submit_application(actor=actor, place=place_of(**of_place), **given)


def place_typed(**values: str) -> dict[str, str]:
    """What one types in step 1."""
    return {
        "name": "Palm Street Storefront",
        "street": "120 Palm Street",
        "unit": "",
        "city": "Sacramento",
        "zip_code": "95814",
        "phone": "916-555-0142",
    } | values


def details_typed(world: World, **values: Any) -> dict[str, Any]:
    """What one types and ticks in step 2."""
    return {
        "hours_mon_0_from": "09:00",
        "hours_mon_0_to": "17:00",
        "special_days_0_date": "2025-12-25",
        "special_days_0_label": "Christmas Day",
        "special_days_0_from": "",
        "special_days_0_to": "",
        "languages": ["English", "Spanish"],
        "services": ["walk-in"],
        "accessibility": ["step-free"],
        "staff": [str(world.person("agent").pk)],
        **{row.field: "on" for row in ATTESTATIONS},
    } | values


def kept_photo(actor: Actor, draft: uuid.UUID, content: bytes | None = None) -> Document:
    """A photo added to a draft."""
    found = wizard.find(actor=actor, public_id=draft)
    assert found is not None
    return photos.add_to_draft(actor=actor, draft=found, file=file(content))


def _stored(actor: Actor) -> Document:
    return store_document(
        exchange=actor.exchange,
        file=photos.screen_photo(file()),
        purpose=Document.Purpose.EVIDENCE,
        uploaded_by=actor.person,
    )
