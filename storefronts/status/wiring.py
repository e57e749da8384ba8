"""What the room makes known to the portal when it starts; called from ``AppConfig.ready``."""

from portal.api import registry
from portal.ledger import names
from portal.ui import cards
from portal.ui.navigation import ORGANIZATION, NavItem
from portal.ui.navigation import register as register_page
from storefronts.status import timed
from storefronts.status.panel import questions_card
from storefronts.table import KIND


def register() -> None:
    """Timers, API, page, home block, and words of the ledger."""
    timed.register()
    registry.register("storefronts.status.api")
    register_page(
        NavItem(
            "storefront-applications",
            "All My Applications",
            "storefronts:mine",
            "storefronts.apply",
            32,
            section=ORGANIZATION,
            hint="See where your storefront applications stand, and answer questions about them.",
            module=KIND,
        )
    )
    cards.register(
        cards.Card(
            "storefront-questions",
            "Storefront applications: we need something from you",
            "storefronts/status/_card.html",
            questions_card,
            order=20,
            action="storefronts.apply",
            module=KIND,
        )
    )
    names.name_actions(
        {
            "storefront.opened": "Submitted a storefront application",
            "storefronts.shown": "Showed a storefront application to its applicant",
            "storefronts.answer_saved": "Saved an answer about a storefront",
            "storefronts.exported": "Exported storefront applications",
        }
    )
