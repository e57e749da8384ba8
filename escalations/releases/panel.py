"""The block of release forms on a constituent case's page."""

from collections.abc import Mapping
from typing import Any

from escalations.releases import projection
from portal.casework.models import Case
from portal.tenancy.actor import Actor


def panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The block for one reader; None for those who work on the case but do not handle forms."""
    if not actor.may_any(("releases.view", "releases.submit")):
        return None
    return list_context(actor, case)


def list_context(actor: Actor, case: Case) -> dict[str, Any]:
    """What the list of a case's forms shows; page and block draw the same."""
    has_office = case.organization_id is not None
    return {
        "number": case.number,
        "releases": projection.releases_of(case, actor),
        "links": projection.links_of(case, actor),
        "may_add": actor.may("releases.submit") and has_office,
        "may_send_link": actor.may("releases.request_digital") and has_office,
        "is_outside": actor.is_outside,
    }
