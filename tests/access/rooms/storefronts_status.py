"""Who may open applications as their owners see them (SF-04…SF-08): Agency Managers and Entity
Primary Contacts, each their own; reviewers are led on to their page."""

from __future__ import annotations

from typing import Any

from storefronts.status.endings import withdraw
from tests.access.policy import LEADS, OSD, page, thing
from tests.storefronts.status.ground import applied, asked
from tests.world import World

_MANAGER = frozenset({"agency.manager"})
_ONE = {"number": "storefront"}

ROUTES = {
    "storefronts:mine": page(LEADS),
    "storefronts:pending": page(LEADS),
    "storefronts:mine-export": page(LEADS),
    "storefronts:application": thing(_MANAGER | OSD, LEADS | OSD, **_ONE),
    "storefronts:answer": thing(_MANAGER, LEADS, post=True, pk="storefront_question", **_ONE),
    "storefronts:copy": thing(_MANAGER, LEADS, get=False, post=True, number="storefront_withdrawn"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """An application that waits for answers, and one that was withdrawn."""
    case = applied(world, street="12 Cedar Street")
    question, _ = asked(world, case)
    old = applied(world, street="9 Elm Street")
    withdraw(case=old, actor=world.actor("agency.manager"))
    return {
        "storefront": case.number,
        "storefront_question": question.pk,
        "storefront_withdrawn": old.number,
    }
