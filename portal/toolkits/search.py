"""Toolkit entries in the one search of the portal."""

from portal.tenancy.actor import Actor
from portal.toolkits import selectors
from portal.toolkits.models import MODULE, VIEW
from portal.ui.search import Found, Hit, Source


def find_entries(actor: Actor, text: str, limit: int) -> Found:
    """The published entries that match best; they tell of no person, so no look is recorded."""
    found = selectors.search(actor, text, limit + 1)
    hits = [Hit(hit.title, hit.url, hit.snippet) for hit in found[:limit]]
    return Found(rows=hits, has_more=len(found) > limit)


SOURCE = Source(
    key="toolkits",
    label="Enroller Toolkits",
    find=find_entries,
    hints=("Words of a job aid, guide, release note or download, and of the papers with them.",),
    action=VIEW,
    module=MODULE,
    order=30,
)
