"""Who may open the lead's page (X-07): leads, and units for which no lead is named."""

from __future__ import annotations

from typing import Any

from tests.access.policy import OTHER_UNIT, page
from tests.world import World

ROUTES = {"oversight:open-work": page(frozenset({"ea.lead", "eru.lead"}) | OTHER_UNIT)}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """It names nothing."""
    return {}
