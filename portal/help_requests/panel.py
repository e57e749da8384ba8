"""What the room puts on other pages: the question after closing, and the home page's block."""

from collections.abc import Mapping
from typing import Any, Final

from portal.casework.models import Case
from portal.casework.projection import acts_of
from portal.casework.rows import for_rows, project_rows
from portal.help_requests.selectors import open_requests
from portal.help_requests.table import WAITING
from portal.tenancy.actor import Actor

#: Rows of the home page's block; the list has the rest.
ON_HOME: Final = 5


def rating_panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The question how satisfied the requester is, until they have answered it."""
    if any(act["key"] == "rate" for act in acts_of(case, actor)):
        return {"number": case.number}
    return None


def open_requests_card(actor: Actor) -> Mapping[str, Any] | None:
    """An enroller's open requests, those that wait for an answer first; None: there is none."""
    opened = open_requests(actor)
    total = opened.count()
    if not total:
        return None
    rows = for_rows(opened, actor).order_by("-is_waiting", "-updated_at", "-pk")[:ON_HOME]
    return {
        "rows": project_rows(actor, list(rows), surface="home"),
        "total": total,
        "waiting": opened.filter(status=WAITING).count(),
    }
