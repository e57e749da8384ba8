"""Who may open the reports: leads, and those who watch over the whole exchange."""

from __future__ import annotations

from typing import Any

from tests.access.policy import ADMIN, QA, Route, page
from tests.world import World

_READERS = ADMIN | QA | {"ea.lead", "eru.lead"}

ROUTES: dict[str, Route] = {
    "reports:clock": page(_READERS),
    "reports:clock-export": page(_READERS),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """They name nothing."""
    return {}
