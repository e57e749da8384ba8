"""Who may open consumers' pages, the book of business, and reports of one's own.

Which consumer opens to whom, for every role and relation: tests/book/test_book.py.
"""

from __future__ import annotations

from typing import Any

from portal.reports import saved
from portal.reports.book_report import MY_BOOK
from tests.access.policy import (
    ADMIN_STAFF,
    ENROLLERS,
    ERU,
    OSD,
    PAU,
    PRIVACY,
    PSU,
    SCR,
    Route,
    page,
    thing,
)
from tests.book import ground
from tests.world import World

#: Staff who help consumers; of the enrollers, the agent whose consumer it is, and those who see
#: the whole agency's.
_HELPING = ERU | PAU | PRIVACY | PSU | SCR | OSD
_SEES = _HELPING | ADMIN_STAFF | {"agent", "agency.manager"}
_AGENT = frozenset({"agent"})
#: Admin Staff see and upload; they take no file (decision 18).
_EXPORTING = ENROLLERS - ADMIN_STAFF
_REPORTING = ENROLLERS | OSD


def _standard(allow: frozenset[str], *, post: bool = False) -> Route:
    """The report on one's own book: Outreach and Sales have reports, and no book."""
    return Route(allow, OSD, {"key": "report"}, post=post)


ROUTES: dict[str, Route] = {
    "book:list": page(ENROLLERS),
    "book:export": page(_EXPORTING),
    "book:consumer": thing(_SEES, _HELPING | ENROLLERS, pk="consumer"),
    "reports:mine": page(_REPORTING),
    "reports:standard-report": _standard(ENROLLERS),
    "reports:standard-edit": _standard(ENROLLERS, post=True),
    "reports:standard-export": _standard(_EXPORTING),
    "reports:own-report": thing(_AGENT, _REPORTING, pk="own_report"),
    "reports:own-edit": thing(_AGENT, _REPORTING, pk="own_report", post=True),
    "reports:own-save": thing(_AGENT, _REPORTING, pk="own_report", post=True),
    "reports:own-delete": thing(_AGENT, _REPORTING, pk="own_report", get=False, post=True),
    "reports:own-export": thing(_AGENT, _REPORTING, pk="own_report"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A consumer of the agent's, and a report the agent ran."""
    found = ground.consumer(world)
    ground.delegate(world, found, "agent")
    report = saved.run_report(
        actor=world.actor("agent"), report=MY_BOOK, columns=["phone"], chosen={}
    )
    return {"consumer": found.pk, "report": MY_BOOK.key, "own_report": report.pk}
