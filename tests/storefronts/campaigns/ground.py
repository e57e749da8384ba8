"""What tests of campaigns stand on: the one of SF-09, and instants of California."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from storefronts.campaigns.rules import REMIND_DAYS
from storefronts.models import Campaign, Listing, StorefrontApplication
from tests.storefronts.status.ground import applied
from tests.world import World

ZONE = ZoneInfo("America/Los_Angeles")


def local(*parts: int) -> datetime:
    """An instant by California's clocks."""
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


def campaign_of(world: World, **values: Any) -> Campaign:
    """SF-09: applied before May 2025, a new application by October 31, 2025; running."""
    given: dict[str, Any] = {
        "title": "Keep your storefront",
        "applied_before": date(2025, 5, 1),
        "deadline": date(2025, 10, 31),
        "remind_days": list(REMIND_DAYS),
        "message": "Read the **Storefront Toolkit**.",
        "is_active": True,
    } | values
    return Campaign.objects.create(exchange=world.exchange, **given)


def applied_anew(
    world: World, listing: Listing, at: datetime, **place: Any
) -> StorefrontApplication:
    """The owner's new application for the place, submitted at an instant; it is Pending."""
    case = applied(world, **({"street": "7 Elm Street"} | place))
    found = StorefrontApplication.objects.get(case=case)
    found.listing, found.applied_at = listing, at
    found.save()
    return found
