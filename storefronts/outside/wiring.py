"""What the portal is told of this room when it starts."""

from portal.api import registry


def register() -> None:
    """Add the finder to the API."""
    registry.register("storefronts.outside.api")
