"""Who may open the pages of the Consumer Retention Workspace (CRW-05, CRW-06, CRW-16, X-07)."""

from __future__ import annotations

from typing import Any

from retention.models import ResolutionReason
from tests.access.policy import ADMIN, AGENCY_LEADS, LEADS, OSD, WORKING, Route, page, thing
from tests.retention.ground import open_crw
from tests.world import World

#: Admin Staff have no part in renewals.
WORKERS = WORKING | LEADS
#: The agent who has the case, and the manager of the agency.
CASE = frozenset({"agent", "agency.manager"})

ROUTES: dict[str, Route] = {
    "retention:dashboard": page(WORKERS | OSD),
    "retention:cases": page(WORKERS | OSD),
    "retention:export": page(WORKERS | OSD),
    "retention:case": thing(CASE | OSD, WORKERS | OSD, number="crw_case"),
    "retention:log": thing(CASE, WORKERS, number="crw_case", post=True),
    "retention:transfer": page(AGENCY_LEADS, post=True),
    "retention:reports": page(LEADS | OSD),
    "retention:reports-export": page(LEADS | OSD),
    "retention:reasons": page(ADMIN, post=True),
    "retention:reason": thing(ADMIN, pk="crw_reason", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A case of the agency's agent, and a resolution reason."""
    case = open_crw(world)
    reason = ResolutionReason.objects.filter(exchange=world.exchange).first()
    assert reason is not None
    return {"crw_case": case.number, "crw_reason": reason.pk}
