"""The public finder, and who answers the requests for help that come from it (FL-01, DL-06)."""

from __future__ import annotations

from typing import Any

from storefronts.contacts.services import ask_for_help
from tests.access.policy import ADMIN_STAFF, ALL, ENROLLERS, Route, page, thing
from tests.storefronts.finder.ground import listed
from tests.world import World

_ANSWERING = ENROLLERS - ADMIN_STAFF
#: The agent asked for, and the lead of the agency.
_CONCERNED = frozenset({"agent", "agency.manager"})
_ONE = {"pk": "help_contact"}
_PLACE = {"slug": "finder_slug", "public_id": "finder_place"}
_LANGUAGES = {"language": "finder_language"}


def _public(*, post: bool = False, **takes: str) -> Route:
    return Route(ALL, takes=takes, post=post, public=True, sessionless=post)


ROUTES: dict[str, Route] = {
    "storefronts:find": _public(slug="finder_slug", **_LANGUAGES),
    "storefronts:find-place": _public(**_PLACE, **_LANGUAGES),
    "storefronts:find-help": _public(post=True, **_PLACE, **_LANGUAGES),
    "storefronts:find-help-sent": _public(**_PLACE, **_LANGUAGES),
    "storefronts:find-photo": _public(**_PLACE),
    "storefronts:contacts": page(_ANSWERING),
    "storefronts:contact": thing(_CONCERNED, _ANSWERING, **_ONE),
    "storefronts:contact-accept": thing(_CONCERNED, _ANSWERING, get=False, post=True, **_ONE),
    "storefronts:contact-decline": thing(_CONCERNED, _ANSWERING, post=True, **_ONE),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """An agent's place, and a request for help from it."""
    listing = listed(world, kind="agent", person=world.person("agent"))
    contact = ask_for_help(
        exchange=world.exchange, listing=listing, name="Noor Haddad", phone="9165550177"
    )
    return {
        "finder_slug": world.exchange.slug,
        "finder_place": listing.public_id,
        "finder_language": "es",
        "help_contact": contact.pk,
    }
