"""Who may open the Delegation Tool, standing delegations, and the Service Center's pages on them.

Which delegation opens to whom, for every role: tests/delegations/test_standing.py.
"""

from __future__ import annotations

from typing import Any

from tests.access.policy import (
    ADMIN_STAFF,
    ADMIN_STAFF_2,
    AGENCY_LEADS,
    ENROLLERS,
    LEADS,
    SCR,
    WORKING,
    Route,
    page,
    thing,
)
from tests.delegations import ground
from tests.world import World

_AGENT = frozenset({"agent"})
_SEARCHING = WORKING | AGENCY_LEADS
_DECIDING = ENROLLERS - ADMIN_STAFF
#: Whose the pending request is, and the lead of the agency.
_CONCERNED = _AGENT | {"agency.manager"}
_MINE = {"key": "tool_search"}

ROUTES: dict[str, Route] = {
    "delegations:search": page(_SEARCHING, post=True),
    "delegations:disclaimers": thing(_AGENT, _SEARCHING, post=True, **_MINE),
    "delegations:result": thing(_AGENT, _SEARCHING, **_MINE),
    "delegations:send": thing(_AGENT, _SEARCHING, get=False, post=True, **_MINE),
    "delegations:enter": thing(_AGENT, _SEARCHING, get=False, post=True, **_MINE),
    "delegations:give-up": thing(_AGENT, _SEARCHING, get=False, post=True, **_MINE),
    "delegations:standing": page(ENROLLERS),
    "delegations:standing-tab": page(ENROLLERS, tab="delegation_tab"),
    "delegations:accept": thing(_CONCERNED, _DECIDING, post=True, pk="pending_delegation"),
    "delegations:decline": thing(_CONCERNED, _DECIDING, post=True, pk="pending_delegation"),
    "delegations:end": thing(_CONCERNED, _DECIDING, post=True, pk="pending_delegation"),
    "delegations:transfer": page(LEADS | ADMIN_STAFF_2, post=True),
    "delegations:manage": page(SCR, post=True),
    "delegations:consumer": thing(SCR, pk="asking_consumer"),
    "delegations:add": thing(SCR, get=False, post=True, pk="asking_consumer"),
    "delegations:remove": thing(SCR, get=False, post=True, pk="asking_consumer"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A consumer who has asked for the agent, and the agent's search for another."""
    asking = ground.consumer_of(world, case_number="5000000777", full_name="Ligaya Salonga")
    delegation = ground.pending(world, asking, "agent")
    ground.consumer_of(world, case_number="5000000778")
    return {
        "asking_consumer": asking.pk,
        "pending_delegation": delegation.pk,
        "delegation_tab": "active",
        "tool_search": ground.matched(world.actor("agent")).key,
    }
