"""How listings and campaigns make themselves known to the rest of the portal."""

from typing import Final

#: What the ledger's pages call the steps of these rooms.
LEDGER_ACTIONS: Final = {
    "storefronts.listing_published": "Published a listing",
    "storefronts.listing_edited": "Edited a listing",
    "storefronts.listing_suspended": "Suspended a listing",
    "storefronts.listing_reactivated": "Showed a listing again",
    "storefronts.listing_closed": "Closed a listing",
    "storefronts.listings_lapsed": "Let listings lapse at the end of a campaign",
    "storefronts.campaign_made": "Wrote a re-application campaign",
    "storefronts.campaign_edited": "Edited a re-application campaign",
    "storefronts.campaign_started": "Started a re-application campaign",
    "storefronts.campaign_ended": "Ended a re-application campaign",
    "storefronts.campaign_exported": "Exported a campaign's progress",
}


def register() -> None:
    """Navigation, home card, ledger names, and the campaigns' part in every sweep."""
    from portal.casework import rounds
    from portal.ledger import names
    from portal.ui import cards, navigation
    from storefronts.campaigns.selectors import owner_card
    from storefronts.campaigns.sweep import sweep_round
    from storefronts.table import KIND

    names.name_actions(LEDGER_ACTIONS)
    rounds.register("storefronts.campaigns", sweep_round)
    cards.register(
        cards.Card(
            "storefront-campaign",
            "Keep your storefronts",
            "storefronts/campaigns/_card.html",
            owner_card,
            order=31,
            action="storefronts.edit_listing",
            module=KIND,
        )
    )
    for item in (
        navigation.NavItem(
            "my-listings",
            "Listings",
            "storefronts:listings",
            "storefronts.edit_listing",
            48,
            section=navigation.ORGANIZATION,
            hint="Hours, languages and holidays consumers find in Find a Local Enroller.",
            module=KIND,
        ),
        navigation.NavItem(
            "listings",
            "Listings",
            "storefronts:listings",
            "storefronts.manage_listings",
            23,
            section=navigation.ORGANIZATION,
            hint="Suspend, close and show again what consumers find.",
            module=KIND,
        ),
        navigation.NavItem(
            "storefront-campaigns",
            "Campaigns",
            "storefronts:campaigns",
            "storefronts.run_campaigns",
            24,
            section=navigation.ORGANIZATION,
            hint="Ask owners to apply anew by a day, and see how far they are.",
            module=KIND,
        ),
    ):
        navigation.register(item)
