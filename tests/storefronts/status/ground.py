"""What tests of applications stand on: one that was submitted, and questions about it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.services import store_document
from portal.tenancy.actor import Actor
from storefronts.applications.services import Place, submit_application
from storefronts.choices import ATTESTATIONS
from storefronts.models import InformationItem, Photo
from storefronts.review.services import Item, reject, request_information
from tests.world import World

QUESTIONS = (Item("Who holds the lease?"), Item("Send a photo of the sign.", file_required=True))
_STAFF = {"agency.manager": "agent", "harbor.manager": "harbor.agent", "entity.contact": "cec"}
_WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def picture(name: str = "sign.png") -> ContentFile[bytes]:
    """A small PNG, as a browser would send it."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "PNG")
    return ContentFile(out.getvalue(), name=name)


def screened(name: str = "sign.png") -> ScreenedFile:
    """The same, as a form hands it on."""
    return screen_upload(picture(name))


def applied(world: World, owner: str = "agency.manager", **place: Any) -> Case:
    """An application in Sacramento with two photos, submitted by the owner; it is Pending."""
    world.person("osd.staff")
    world.person(_STAFF[owner])
    actor = world.actor(owner)
    given: dict[str, Any] = {
        "name": "Palm Street Storefront",
        "street": "120 Palm Street",
        "city": "Sacramento",
        "zip_code": "95814",
        "phone": "(916) 555-0142",
        "hours": _WEEK,
        "languages": ["English", "Spanish"],
        "services": ["walk-in"],
    } | place
    application = submit_application(
        actor=actor,
        place=Place(**given),
        staff=[world.person(_STAFF[owner])],
        attested=[one.key for one in ATTESTATIONS],
        photos=[
            (_photo(actor), Photo.Kind.EXTERIOR.value),
            (_photo(actor), Photo.Kind.INTERIOR.value),
        ],
    )
    return application.case


def asked(world: World, case: Case, questions: Sequence[Item] = QUESTIONS) -> list[InformationItem]:
    """Ask the applicant; the items in their order."""
    request_information(case=case, actor=world.actor("osd.staff"), items=questions)
    case.refresh_from_db()
    return list(InformationItem.objects.filter(application__case=case, sent_at=None))


def rejected(world: World, case: Case, reason: str = "The sign is missing.") -> Case:
    """Reject it, as Outreach and Sales does."""
    return reject(case=case, actor=world.actor("osd.staff"), reason=reason)


def _photo(actor: Actor) -> Document:
    return store_document(
        exchange=actor.exchange,
        file=screened("front.png"),
        purpose=Document.Purpose.EVIDENCE,
        uploaded_by=actor.person,
    )
