"""Who hears what concerns everybody, who says it, and whose the hours are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from notifications.bells import services
from tests.access.policy import ADMIN, EVERYBODY, EVERYONE, OSD, PUBLIC, Route, page, thing
from tests.world import NOW, World

WRITERS = ADMIN | OSD

ROUTES: dict[str, Route] = {
    "notifications:live": PUBLIC,
    "notifications:live-reckoned": EVERYBODY,
    "notifications:bell-newest": EVERYBODY,
    "notifications:notices": page(WRITERS),
    "notifications:notice-new": page(WRITERS, post=True),
    # The test's notice is for everybody.
    "notifications:notice": thing(EVERYONE, pk="notice"),
    "notifications:notice-withdraw": thing(WRITERS, pk="notice", post=True),
    # Calendars have the same keys everywhere: people of another exchange get their own.
    "clocks:calendar-file": page(EVERYONE, key="calendar"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """An outage that everybody is told of."""
    notice = services.announce(
        actor=world.actor("admin"),
        kind="outage",
        audience="everybody",
        title="The portal is down tonight",
        body="",
        starts_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return {"notice": notice.pk}
