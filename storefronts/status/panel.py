"""What the home page of an Agency Manager or Entity Primary Contact says: questions that wait."""

from collections.abc import Mapping
from typing import Any, Final

from portal.tenancy.actor import Actor
from storefronts.status.listing import asked_applications, rows_of

#: Rows of the home page's block; the list has the rest.
ON_HOME: Final = 5


def questions_card(actor: Actor) -> Mapping[str, Any] | None:
    """Applications that wait for answers, the oldest request first; None: none does."""
    waiting = asked_applications(actor)
    rows = rows_of(waiting[: ON_HOME + 1])
    if not rows:
        return None
    total = len(rows) if len(rows) <= ON_HOME else waiting.count()
    return {"rows": rows[:ON_HOME], "total": total}
