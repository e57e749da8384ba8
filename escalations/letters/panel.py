"""The block of letters on the page of a case that answers in writing."""

from collections.abc import Mapping
from typing import Any

from escalations.letters.acts import DRAFTED
from escalations.letters.projection import letters_of
from portal.casework import kinds
from portal.casework.models import Case
from portal.tenancy.actor import Actor


def panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The block for one reader; None where there is nothing for them to see or do."""
    if DRAFTED not in kinds.get(case.kind).machine.acts or not actor.may("letters.view"):
        return None
    letters = letters_of(case, actor)
    may_write = actor.may("letters.write") and not actor.read_only
    if not letters and not may_write:
        return None
    return {
        "number": case.number,
        "letters": letters,
        "may_write": may_write,
        "is_outside": actor.is_outside,
        "is_shared": kinds.get(case.kind).is_shared and case.organization_id is not None,
    }
