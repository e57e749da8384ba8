"""What tests of listings stand on: a listing of the agency's, and one of another agency's."""

from __future__ import annotations

from datetime import date
from typing import Any

from storefronts.models import Listing
from tests.world import World

HOURS = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}


def listing_of(world: World, organization: str = "sunrise", **values: Any) -> Listing:
    """An active storefront in Sacramento, applied for in June 2025."""
    given: dict[str, Any] = {
        "kind": Listing.Kind.STOREFRONT,
        "name": "Palm Street Storefront",
        "street": "120 Palm Street",
        "city": "Sacramento",
        "state": Listing.State.ACTIVE,
        "state_code": "CA",
        "zip_code": "95814",
        "latitude": 38.58,
        "longitude": -121.49,
        "phone": "(916) 555-0142",
        "hours": HOURS,
        "languages": ["English"],
        "services": ["walk-in"],
        "applied_on": date(2025, 6, 2),
    } | values
    return Listing.objects.create(
        exchange=world.exchange, organization=world.organization(organization), **given
    )
