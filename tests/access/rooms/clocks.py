"""Who may try other deadlines or hours, and whose results they are: the whole exchange's."""

from __future__ import annotations

from typing import Any

from portal.clocks import simulation
from portal.clocks.models import SlaPolicy
from portal.clocks.versions import Promise
from tests.access.policy import ADMIN, Route, thing
from tests.world import World

#: Leads of units, those who plan the work, and administrators.
SIMULATING = ADMIN | {"eru.lead", "ea.lead"}

ROUTES: dict[str, Route] = {
    "clocks:policy-try": thing(SIMULATING, key="policy", post=True),
    "clocks:calendar-try": thing(SIMULATING, key="calendar", post=True),
    "clocks:simulation": thing(SIMULATING, pk="simulation"),
    "clocks:simulation-progress": thing(SIMULATING, pk="simulation"),
    "clocks:simulation-continue": thing(SIMULATING, pk="simulation", post=True, get=False),
    "clocks:simulation-csv": thing(SIMULATING, pk="simulation"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A simulation of one of the exchange's policies."""
    policy = SlaPolicy.objects.get(exchange=world.exchange, key="ticket.resolve")
    found = simulation.simulate_policy(
        actor=world.actor("admin"), policy=policy, draft=Promise.of(policy)
    )
    return {"simulation": found.pk}
