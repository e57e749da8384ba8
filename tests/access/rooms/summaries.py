"""Who may open a daily summary: the one person it was made for (SM-01)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from notifications.summaries.models import Summary
from tests.access.policy import LEADS, WORKING, Route, thing
from tests.world import World

_AGENT = frozenset({"agent"})
#: Admin Staff have no consumers of their own, and get none (decision 18).
_READERS = LEADS | WORKING

ROUTES: dict[str, Route] = {
    "summaries:summary": thing(_AGENT, _READERS, pk="summary"),
    "summaries:export": thing(_AGENT, _READERS, pk="summary"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A summary of the agent's."""
    summary = Summary.objects.create(
        exchange=world.exchange,
        person=world.person("agent"),
        kind=Summary.Kind.OWN,
        local_date=timezone.now().date(),
        alerts=0,
    )
    return {"summary": summary.pk}
