"""Who may open the addresses of the toolkits."""

from __future__ import annotations

from typing import Any

from portal.toolkits import services
from tests.access.policy import ADMIN, ENROLLERS, OSD, STAFF, page, thing
from tests.access.things import stored_document
from tests.toolkits.conftest import content
from tests.world import World

READERS = STAFF | ENROLLERS
WRITERS = ADMIN | OSD

ROUTES = {
    "toolkits:index": page(READERS),
    "toolkits:downloads": page(READERS),
    "toolkits:suggest": page(READERS, post=True),
    "toolkits:drafts": page(WRITERS),
    "toolkits:add": page(WRITERS, post=True),
    "toolkits:entry": thing(READERS, key="toolkit"),
    "toolkits:used": thing(READERS, key="toolkit", post=True, get=False),
    "toolkits:file": thing(READERS, key="toolkit"),
    "toolkits:version": thing(STAFF, key="toolkit", edition="toolkit_version"),
    "toolkits:version-file": thing(STAFF, key="toolkit", edition="toolkit_version"),
    "toolkits:edit": thing(WRITERS, key="toolkit", post=True),
    "toolkits:publish": thing(WRITERS, key="toolkit", post=True, get=False),
    "toolkits:withdraw": thing(WRITERS, key="toolkit", post=True),
    "toolkits:restore": thing(WRITERS, key="toolkit", post=True, get=False),
    "toolkits:discard": thing(WRITERS, key="toolkit", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A published entry with a file."""
    entry = services.add_entry(actor=world.system, content=content("For everybody"))
    # The paper is not screened again, so it is hung on while the version is a draft.
    entry.versions.update(document=stored_document(world, "toolkit"))
    version = entry.versions.get()
    services.publish_version(actor=world.system, version=version, expected_revision=1)
    return {"toolkit": entry.key, "toolkit_version": version.number}
