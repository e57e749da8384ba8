"""The workbench, saved views shared with a unit, texts and macros."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from portal.casework import macros, texts
from tests.access.policy import ADMIN, EA, ERU, EVERYONE, STAFF, Route, page, thing
from tests.world import World

#: Leads of units, and administrators: they make texts and macros.
MAKERS = frozenset({"ea.lead", "eru.lead"}) | ADMIN
#: Those of them whose unit, or one above it, has the test's text and macro.
MINE = frozenset({"eru.lead"}) | ADMIN
#: Staff who may know of the offices' case.
CASE = EA | ERU

ROUTES: dict[str, Route] = {
    "casework:workbench": page(STAFF),
    "casework:workbench-rows": page(STAFF),
    "casework:workbench-case": thing(CASE, STAFF, number="case"),
    "casework:progress": page(EVERYONE, key="progress_key"),
    "casework:saved-view-share": thing(
        frozenset({"ea.analyst"}), EVERYONE, pk="saved_view", post=True, get=False
    ),
    "casework:macros": page(MAKERS),
    "casework:macro-new": page(MAKERS, post=True),
    "casework:macro-run": page(STAFF, post=True),
    "casework:macro-edit": thing(MINE, MAKERS, pk="macro", post=True),
    "casework:macro-step-add": thing(MINE, MAKERS, pk="macro", post=True),
    "casework:macro-step-move": thing(
        MINE, MAKERS, pk="macro", place="place", post=True, get=False
    ),
    "casework:macro-step-remove": thing(
        MINE, MAKERS, pk="macro", place="place", post=True, get=False
    ),
    "casework:macro-delete": thing(MINE, MAKERS, pk="macro", post=True, get=False),
    "casework:text-new": page(MAKERS, post=True),
    "casework:text-edit": thing(MINE, MAKERS, pk="text", post=True),
    "casework:text-delete": thing(MINE, MAKERS, pk="text", post=True, get=False),
    "casework:texts": thing(CASE, STAFF, number="case"),
    "casework:text-filled": thing(ERU, EVERYONE, number="case", pk="text"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A text and a macro of the Escalations Unit."""
    lead, unit = world.actor("eru.lead"), world.organizations["escalations-unit"]
    text = texts.save_text(
        actor=lead, name="Called", body="Called about {number}.", organization=unit
    )
    macro = macros.save_macro(actor=lead, name="Watch it", organization=unit)
    macros.add_step(actor=lead, macro=macro, act_key="watch", data=QueryDict())
    return {"text": text.pk, "macro": macro.pk, "place": 0, "progress_key": "0" * 32}
