"""Who may open the addresses of tickets that came with the Service Center's work."""

from __future__ import annotations

from typing import Any

from tests.access.policy import ADMIN, Route, page, thing
from tests.world import World

#: Those who lead a unit: its workload, and what its people can do, are theirs.
LEADS = frozenset({"ea.lead", "eru.lead"})

ROUTES: dict[str, Route] = {
    "tickets:workload": page(frozenset({"eru.lead"})),
    # The test's membership is an office's: nobody's unit of the exchange.
    "tenancy:membership-skills": thing(ADMIN, ADMIN | LEADS, pk="membership", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """Nothing of its own: its addresses name what is there already."""
    return {}
