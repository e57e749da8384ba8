"""Who may open listings and re-application campaigns (SF-09, C.6 rows 9 and 10).

Listings: the leads of their agency or entity, and Outreach and Sales, who also suspend them and
show them again. Campaigns: Outreach and Sales, and administrators.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from storefronts.models import Campaign
from tests.access.policy import ADMIN, LEADS, OSD, page, thing
from tests.storefronts.listings.ground import listing_of
from tests.world import World

_MANAGER = frozenset({"agency.manager"})
_ONE = {"public_id": "listing"}
_CAMPAIGN = {"pk": "storefront_campaign"}
_RUNNING = OSD | ADMIN

ROUTES = {
    "storefronts:listings": page(LEADS | OSD),
    "storefronts:listing-manage": thing(_MANAGER | OSD, LEADS | OSD, **_ONE),
    "storefronts:listing-edit": thing(_MANAGER | OSD, LEADS | OSD, post=True, **_ONE),
    "storefronts:listing-preview": thing(_MANAGER | OSD, LEADS | OSD, **_ONE),
    "storefronts:listing-apply": thing(_MANAGER, LEADS, get=False, post=True, **_ONE),
    "storefronts:listing-close": thing(_MANAGER | OSD, LEADS | OSD, post=True, **_ONE),
    "storefronts:listing-suspend": thing(OSD, post=True, **_ONE),
    "storefronts:listing-reactivate": thing(OSD, post=True, **_ONE),
    "storefronts:campaigns": page(_RUNNING),
    "storefronts:campaign-new": page(_RUNNING, post=True),
    "storefronts:campaign": thing(_RUNNING, **_CAMPAIGN),
    "storefronts:campaign-edit": thing(_RUNNING, post=True, **_CAMPAIGN),
    "storefronts:campaign-start": thing(_RUNNING, post=True, **_CAMPAIGN),
    "storefronts:campaign-end": thing(_RUNNING, post=True, **_CAMPAIGN),
    "storefronts:campaign-export": thing(
        _RUNNING, file_format="storefront_export_format", **_CAMPAIGN
    ),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A listing of the agency's, and a campaign that is not started."""
    campaign = Campaign.objects.create(
        exchange=world.exchange,
        title="Keep your storefront",
        applied_before=date(2025, 5, 1),
        deadline=date(2026, 10, 31),
        remind_days=[60],
        message="Read the Storefront Toolkit.",
    )
    return {
        "listing": listing_of(world, street="77 Cedar Street").public_id,
        "storefront_campaign": campaign.pk,
        "storefront_export_format": "csv",
    }
