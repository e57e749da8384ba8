"""What the review makes known to the portal: its page, and its name in the ledger."""

from portal.ledger import names
from portal.ui.navigation import NavItem
from portal.ui.navigation import register as register_page
from storefronts.table import KIND


def register() -> None:
    """Called once, from the wing's ``AppConfig.ready``."""
    names.name_actions({"storefronts.checklist_saved": "Ticked a storefront's checklist"})
    register_page(
        NavItem(
            "storefront-review",
            "Storefront applications",
            "storefronts:review",
            "storefronts.review",
            22,
            hint="Applications for storefronts, the promise that ends first on top.",
            module=KIND,
        )
    )
