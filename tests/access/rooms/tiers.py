"""Who may open the pages of the tiers (X-07); the test's exchange has nobody in a tier."""

from __future__ import annotations

from typing import Any

from escalations.tiers.models import ServiceLevel
from tests.access.policy import ADMIN, STAFF, page, thing
from tests.world import World

ROUTES = {
    "tiers:open": page(frozenset()),
    "tiers:levels": page(STAFF),
    "tiers:level-edit": thing(ADMIN, key="service_level", post=True),
    "tiers:settings": page(ADMIN, post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A published service level."""
    level = ServiceLevel.objects.create(
        exchange=world.exchange,
        key="email",
        subject="Email",
        wording="Email response within 24 business hours",
    )
    return {"service_level": level.key}
