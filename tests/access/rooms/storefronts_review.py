"""Who may open the review of storefront applications (SF-06): Outreach and Sales alone."""

from __future__ import annotations

from typing import Any

from portal.casework.models import Case
from storefronts.models import Photo
from tests.access.policy import OSD, page, thing
from tests.storefronts.applications.ground import apply
from tests.world import World

_ONE = {"number": "storefront_review"}

ROUTES = {
    "storefronts:review": page(OSD),
    "storefronts:review-assign": page(OSD, post=True),
    "storefronts:review-case": thing(OSD, **_ONE),
    "storefronts:review-checklist": thing(OSD, get=False, post=True, **_ONE),
    "storefronts:review-photo": thing(OSD, public_id="storefront_review_photo", **_ONE),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A pending application and its first photo."""
    case: Case = apply(world, street="14 Birch Street").case
    photo = Photo.objects.filter(application__case=case).select_related("document")[0]
    return {
        "storefront_review": case.number,
        "storefront_review_photo": photo.document.public_id,
    }
