"""Who may open the pages of the Consumer Retention Workspace (CRW-05, CRW-06, CRW-16, X-07)."""

from __future__ import annotations

from typing import Any

from retention.models import ResolutionReason
from tests.access.policy import ADMIN, ENROLLERS, Route, page, thing
from tests.retention.ground import open_crw
from tests.world import World

MANAGER = frozenset({"agency.manager"})
#: The agent who has the case, and the manager of the agency.
CASE = ENROLLERS

ROUTES: dict[str, Route] = {
    "retention:dashboard": page(ENROLLERS),
    "retention:cases": page(ENROLLERS),
    "retention:export": page(ENROLLERS),
    "retention:case": thing(CASE, ENROLLERS, number="crw_case"),
    "retention:log": thing(CASE, ENROLLERS, number="crw_case", post=True),
    "retention:transfer": page(MANAGER, post=True),
    "retention:reports": page(MANAGER),
    "retention:reports-export": page(MANAGER),
    "retention:reasons": page(ADMIN, post=True),
    "retention:reason": thing(ADMIN, pk="crw_reason", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A case of the agency's agent, and a resolution reason."""
    case = open_crw(world)
    reason = ResolutionReason.objects.filter(exchange=world.exchange).first()
    assert reason is not None
    return {"crw_case": case.number, "crw_reason": reason.pk}
