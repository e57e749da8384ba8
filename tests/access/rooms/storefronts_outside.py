"""The finder for other sites and for search engines: open to anybody."""

from __future__ import annotations

from typing import Any

from tests.access.policy import PUBLIC, Route
from tests.world import World

ROUTES: dict[str, Route] = {
    "storefronts:find-embed": PUBLIC,
    "storefronts:find-widget": PUBLIC,
    "storefronts:find-map": PUBLIC,
    "storefronts:find-map-part": PUBLIC,
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """None of the addresses names a thing."""
    return {}
