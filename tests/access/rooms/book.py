"""Who may open consumers' pages, the book of business, and reports of one's own.

Which consumer opens to whom, for every role and relation: tests/book/test_book.py.
"""

from __future__ import annotations

from typing import Any

from portal.reports import saved
from portal.reports.book_report import MY_BOOK
from tests.access.policy import ENROLLERS, ERU, PAU, PRIVACY, PSU, SCR, Route, page, thing
from tests.book import ground
from tests.world import World

#: Staff who help consumers, and enrollers; the test's consumer is one of the agent's.
_SEES = ERU | PAU | PRIVACY | PSU | SCR | ENROLLERS
_AGENT = frozenset({"agent"})

ROUTES: dict[str, Route] = {
    "book:list": page(ENROLLERS),
    "book:export": page(ENROLLERS),
    "book:consumer": thing(_SEES, pk="consumer"),
    "reports:mine": page(ENROLLERS),
    "reports:standard-report": page(ENROLLERS, key="report"),
    "reports:standard-edit": page(ENROLLERS, key="report", post=True),
    "reports:standard-export": page(ENROLLERS, key="report"),
    "reports:own-report": thing(_AGENT, ENROLLERS, pk="own_report"),
    "reports:own-edit": thing(_AGENT, ENROLLERS, pk="own_report", post=True),
    "reports:own-save": thing(_AGENT, ENROLLERS, pk="own_report", post=True),
    "reports:own-delete": thing(_AGENT, ENROLLERS, pk="own_report", get=False, post=True),
    "reports:own-export": thing(_AGENT, ENROLLERS, pk="own_report"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A consumer of the agent's, and a report the agent ran."""
    found = ground.consumer(world)
    ground.delegate(world, found, "agent")
    report = saved.run_report(
        actor=world.actor("agent"), report=MY_BOOK, columns=["phone"], chosen={}
    )
    return {"consumer": found.pk, "report": MY_BOOK.key, "own_report": report.pk}
