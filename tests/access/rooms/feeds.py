"""Who may fetch the example of a kind of file: whoever may import it."""

from __future__ import annotations

from typing import Any

from tests.access.policy import ADMIN, OSD, page
from tests.world import World

ROUTES = {
    "consumers:feed-example-csv": page(ADMIN | OSD, key="feed_kind"),
    "consumers:feed-example-json": page(ADMIN | OSD, key="feed_kind"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """The key of a kind of file that every exchange has."""
    return {"feed_kind": "consumers"}
