"""Listings for the tests of the finder: invented names at real ZIP codes."""

from collections.abc import Iterable
from typing import Any, Final

from storefronts import generation
from storefronts.models import Listing
from storefronts.places import ZipArea
from tests.world import World

OFFICE_HOURS: Final = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def listed(world: World, zip_code: str = "95814", **more: Any) -> Listing:
    """An active listing at the centroid of its ZIP code; a storefront unless ``kind`` says else."""
    area = ZipArea.objects.get(pk=zip_code)
    values: dict[str, Any] = {
        "exchange": world.exchange,
        "organization": world.organization("sunrise"),
        "kind": Listing.Kind.STOREFRONT,
        "name": "Sunrise Storefront",
        "street": "100 Palm Street",
        "city": area.city,
        "state_code": area.state,
        "zip_code": zip_code,
        "county": area.county,
        "latitude": area.latitude,
        "longitude": area.longitude,
        "phone": "(916) 555-0142",
        "hours": OFFICE_HOURS,
        "languages": ["English"],
        "services": ["walk-in"],
    }
    listing = Listing.objects.create(**{**values, **more})
    generation.changed(world.exchange)
    return listing


def listed_many(world: World, rows: Iterable[dict[str, Any]]) -> list[Listing]:
    """Listings at any points, in one statement."""
    made = [
        Listing(
            **{
                "exchange": world.exchange,
                "organization": world.organization("sunrise"),
                "name": f"Place {number}",
                "street": "100 Palm Street",
                "city": "Sacramento",
                "state_code": "CA",
                "zip_code": "95814",
                "phone": "(916) 555-0142",
                **row,
            }
        )
        for number, row in enumerate(rows)
    ]
    return Listing.objects.bulk_create(made)
