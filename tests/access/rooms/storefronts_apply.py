"""Who may open the pages of an application (SF-01): Agency Managers and Primary Contacts."""

from __future__ import annotations

from typing import Any

from storefronts.applications import wizard
from tests.access.policy import LEADS, page, thing
from tests.storefronts.applications.ground import apply, kept_photo
from tests.world import World

MANAGER = frozenset({"agency.manager"})
_OWN = {"public_id": "storefront_draft"}

ROUTES = {
    "storefronts:apply": page(LEADS, post=True),
    "storefronts:apply-received": thing(MANAGER, LEADS, number="storefront_applied"),
    "storefronts:apply-place": thing(MANAGER, LEADS, post=True, **_OWN),
    "storefronts:apply-details": thing(MANAGER, LEADS, post=True, **_OWN),
    "storefronts:apply-photos": thing(MANAGER, LEADS, post=True, **_OWN),
    "storefronts:apply-photo-add": thing(MANAGER, LEADS, get=False, post=True, **_OWN),
    "storefronts:apply-photo": thing(MANAGER, LEADS, photo="storefront_draft_photo", **_OWN),
    "storefronts:apply-review": thing(MANAGER, LEADS, post=True, **_OWN),
    "storefronts:apply-discard": thing(MANAGER, LEADS, post=True, **_OWN),
    "storefronts:apply-keep": thing(
        MANAGER, LEADS, get=False, post=True, step="storefront_step", **_OWN
    ),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """An application of the agency's, and its manager's draft of another with a photo."""
    applied = apply(world)
    manager = world.actor("agency.manager")
    draft = wizard.begin(actor=manager)
    photo = kept_photo(manager, draft)
    return {
        "storefront_applied": applied.case.number,
        "storefront_draft": draft,
        "storefront_draft_photo": photo.public_id,
        "storefront_step": "place",
    }
