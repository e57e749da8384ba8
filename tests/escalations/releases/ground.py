"""Cases and releases as their real doors make them."""

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from escalations.constituent import services as constituent
from escalations.releases import services as releases
from escalations.releases.models import Release
from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.services import store_document
from tests.world import World

TODAY = date(2025, 11, 5)
TICKED = {
    "is_signed": True,
    "is_dated": True,
    "names_recipient": True,
    "authorizes_details": True,
}


def picture(name: str = "release.png") -> SimpleUploadedFile:
    """A scan of a form, as far as the portal can tell."""
    out = BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def form_document(world: World, who: str = "office.staff") -> Document:
    return store_document(
        exchange=world.exchange,
        file=picture(),
        purpose=Document.Purpose.RELEASE_FORM,
        uploaded_by=world.people[who],
        keep_original=True,
    )


def office_case(world: World, who: str = "office.staff", **values: Any) -> Case:
    details = {"description": "Coverage ended.", "constituent_name": "Rosa Quintero"} | values
    return constituent.submit_case(actor=world.actor(who), **details)


def received_release(world: World, case: Case, document: Document | None = None) -> Release:
    return releases.submit_release(
        actor=world.actor("office.staff"), case=case, document=document or form_document(world)
    )


def valid_release(
    world: World, case: Case, document: Document | None = None, **values: Any
) -> Release:
    return releases.accept_release(
        actor=world.actor("ea.analyst"),
        release=received_release(world, case, document),
        **(TICKED | {"signed_on": TODAY} | values),
    )
