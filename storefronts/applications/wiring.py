"""What the application makes known to the rooms below."""

from portal.ui import navigation
from portal.ui.navigation import ORGANIZATION, NavItem
from storefronts.table import KIND


def register() -> None:
    """Called from ``AppConfig.ready``: “Add a Storefront” in the menu Agency/Entity (SF-01)."""
    navigation.register(
        NavItem(
            "add-storefront",
            "Add a Storefront",
            "storefronts:apply",
            "storefronts.apply",
            60,
            section=ORGANIZATION,
            hint="Apply for a place where consumers can walk in, or for one you have anew.",
            module=KIND,
        )
    )
