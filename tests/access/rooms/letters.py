"""Who may open the addresses of letters and their templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from escalations.letters import configuration, services
from portal.casework.models import Case
from tests.access.policy import (
    ADMIN,
    EA,
    ERU,
    OFFICES,
    OTHER_UNIT,
    UNITS,
    page,
    thing,
)
from tests.world import World

LEADS = frozenset({"ea.lead", "eru.lead"})
WRITERS = EA | UNITS
APPROVERS = LEADS | OTHER_UNIT
READERS = WRITERS | OFFICES
TEMPLATES = WRITERS | ADMIN

ROUTES = {
    "letters:waiting": page(APPROVERS),
    # The letters are on the units' ticket, which External Affairs sees as well.
    "letters:write": thing(EA | ERU, WRITERS, number="ticket", post=True),
    "letters:letter": thing(EA | ERU, READERS, public_id="letter"),
    "letters:edit": thing(EA | ERU, WRITERS, public_id="letter", post=True),
    "letters:submit": thing(EA | ERU, WRITERS, public_id="letter", post=True, get=False),
    "letters:approve": thing(LEADS, APPROVERS, public_id="waiting_letter", post=True),
    "letters:return": thing(LEADS, APPROVERS, public_id="waiting_letter", post=True),
    "letters:sent": thing(EA | ERU, WRITERS, public_id="letter", post=True),
    "letters:discard": thing(EA | ERU, WRITERS, public_id="letter", post=True),
    "letters:pdf": thing(EA | ERU, READERS, public_id="letter"),
    "letters:templates": page(TEMPLATES),
    "letters:template-add": page(ADMIN, post=True),
    "letters:template": thing(TEMPLATES, pk="letter_template"),
    "letters:template-edit": thing(ADMIN, pk="letter_template", post=True),
    "letters:version-write": thing(ADMIN, pk="letter_template", post=True),
    "letters:version-edit": thing(ADMIN, pk="letter_version", post=True),
    "letters:version-pdf": thing(TEMPLATES, pk="letter_version"),
    "letters:version-submit": thing(ADMIN, pk="letter_version", post=True, get=False),
    "letters:version-approve": thing(LEADS | ADMIN, pk="letter_version", post=True),
    "letters:version-return": thing(LEADS | ADMIN, pk="letter_version", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A template with a version that waits, a draft, and a letter that waits for approval."""
    system = world.system
    template = configuration.add_template(actor=system, key="answer", title="An answer")
    first = configuration.write_version(
        actor=system, template=template, body="Case {number}.", valid_from=date(2025, 1, 1)
    )
    configuration.submit_version(actor=system, version=first)
    configuration.approve_version(actor=system, version=first)
    next_one = configuration.write_version(
        actor=system, template=template, body="Case {number}!", valid_from=date(2026, 1, 1)
    )
    configuration.submit_version(actor=system, version=next_one)
    writer = world.actor("eru.specialist")
    case, letters = Case.objects.get(number=known["ticket"]), []
    for _ in range(2):
        letter = services.draft_letter(actor=writer, case=case, template=template)
        letters.append(
            services.edit_letter(
                actor=writer, letter=letter, addressee="The Member", body=letter.body
            )
        )
    services.submit_letter(actor=writer, letter=letters[1])
    return {
        "letter_template": template.pk,
        "letter_version": next_one.pk,
        "letter": letters[0].public_id,
        "waiting_letter": letters[1].public_id,
    }
