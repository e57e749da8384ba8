"""Who may open the lead's page (X-07)."""

from __future__ import annotations

from typing import Any

from tests.access.policy import page
from tests.world import World

ROUTES = {"oversight:open-work": page(frozenset({"ea.lead", "eru.lead"}))}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """It names nothing."""
    return {}
