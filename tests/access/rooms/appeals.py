"""Who may open the addresses of appeals: the two units that work them, and whoever takes calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from escalations.appeals import hearings, intake, resolution
from portal.casework.common_acts import take_case
from tests.access.policy import APPEALS, PAU, QA, SCR, Route, page, thing
from tests.escalations.appeals.ground import configure, open_appeal
from tests.world import World

#: Those who open and see appeals; the test's appeal is in the Appeals unit's queue.
INTAKE = APPEALS | PAU | SCR

ROUTES: dict[str, Route] = {
    "appeals:start": page(INTAKE),
    "appeals:open": page(INTAKE, post=True),
    "appeals:hearings": page(INTAKE),
    "appeals:hearing-ics": thing(APPEALS, INTAKE, number="appeal"),
    "appeals:figures": page(APPEALS | PAU | QA),
    "appeals:figures-csv": page(APPEALS | PAU | QA),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """An appeal of the Appeals unit with a hearing."""
    configure(world)
    actor = world.actor("appeals.specialist")
    case = open_appeal(world)
    case = take_case(case=case, actor=actor)
    case = intake.record_valid(case=case, actor=actor)
    case = resolution.begin_informal(case=case, actor=actor)
    hearings.schedule_hearing(
        case=case, actor=actor, at=timezone.now() + timedelta(days=28), format="phone"
    )
    return {"appeal": case.number}
