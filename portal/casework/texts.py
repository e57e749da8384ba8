"""Texts a unit writes often, with places for facts of the case.

A place holds nothing about a person: numbers, names of units, words of the table and dates. A
text with a place that is not among them is refused when it is saved, so that nobody finds out in
front of a consumer that ``{nmae}`` was never filled in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date

from portal.casework import kinds
from portal.casework.models import Case, TextTemplate
from portal.casework.workbench_models import MAKE
from portal.clocks.services import zone
from portal.documents.validation import validate_no_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Organization

#: Characters of one text.
LIMIT: Final = 5_000
_PLACE: Final = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Place:
    """A place of a text: what it stands for, and how it is filled in."""

    label: str
    fill: Callable[[Case, Actor], str]


def _day(value: datetime | None, actor: Actor) -> str:
    if value is None:
        return "no date"
    return format_date(value.astimezone(zone(actor.exchange.time_zone)), "F j, Y")


def _status(case: Case) -> str:
    return kinds.get(case.kind).machine.statuses[case.status].label


#: Every place there is. None names a person, and none may.
PLACES: Final[Mapping[str, Place]] = {
    "number": Place("the case's number", lambda case, actor: case.number),
    "kind": Place("its kind", lambda case, actor: kinds.get(case.kind).label),
    "status": Place("its status", lambda case, actor: _status(case)),
    "unit": Place(
        "the unit that holds it", lambda case, actor: case.queue.name if case.queue else "our unit"
    ),
    "received": Place("the day it was received", lambda case, actor: _day(case.opened_at, actor)),
    "due": Place("the day of its deadline", lambda case, actor: _day(case.due_at, actor)),
    "today": Place("today", lambda case, actor: _day(timezone.now(), actor)),
    "exchange": Place("the exchange's name", lambda case, actor: actor.exchange.name),
    "contact": Place("the exchange's email", lambda case, actor: actor.exchange.contact_email),
}


def check_places(text: str) -> None:
    """Make sure that every place of a text can be filled in.

    Raises:
        ValidationError: it has one that is not in :data:`PLACES`; names it and those there are.
    """
    unknown = [name for name in _PLACE.findall(text) if name not in PLACES]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACES)
        raise ValidationError(
            f"There is no place {{{unknown[0]}}}. Use one of these: {known}.", code="place"
        )


def fill(text: str, *, case: Case, actor: Actor) -> str:
    """The text with the case's facts in its places; dates are the exchange's own."""
    return _PLACE.sub(
        lambda found: PLACES[found[1]].fill(case, actor) if found[1] in PLACES else found[0], text
    )


def offered_texts(actor: Actor) -> list[tuple[int, str]]:
    """The texts the actor can insert, by name: ``(id, name)``; one statement."""
    return list(TextTemplate.objects.usable_by(actor).values_list("pk", "name"))


@transaction.atomic
def save_text(
    *,
    actor: Actor,
    name: str,
    body: str,
    organization: Organization,
    text: TextTemplate | None = None,
) -> TextTemplate:
    """Add a text to a unit, or change one.

    Raises:
        NotAllowed: the actor makes no texts, or not for this unit.
        ValidationError: no name or body, one that is too long or taken, a place that does not
            exist, or a Social Security number.
    """
    require_maker(actor, organization)
    if text is not None:
        require_maker(actor, text.organization)
    name = clean_name(name)
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise ValidationError({"body": "Enter the text."})
    if len(body) > LIMIT:
        raise ValidationError({"body": f"The text is too long: at most {LIMIT:,} characters."})
    validate_no_ssn(body)
    try:
        check_places(body)
    except ValidationError as error:
        raise ValidationError({"body": error.messages}) from error
    text = text or TextTemplate(exchange_id=actor.exchange_id)
    text.organization, text.name, text.body = organization, name, body
    text.updated_by, text.updated_at = actor.person, timezone.now()
    try:
        with transaction.atomic():
            text.save()
    except IntegrityError:
        raise ValidationError({"name": "The unit has a text of that name already."}) from None
    record(actor=actor, action=MAKE, fields=["name", "body"], data={"text": text.pk})
    return text


@transaction.atomic
def delete_text(*, actor: Actor, text: TextTemplate) -> None:
    """Delete a text; what was written with it stays.

    Raises:
        NotAllowed: the actor makes no texts for its unit.
    """
    require_maker(actor, text.organization)
    record(actor=actor, action=MAKE, data={"text": text.pk, "deleted": True})
    text.delete()


def require_maker(actor: Actor, organization: Organization) -> None:
    """Make sure that the actor makes texts and macros for this unit.

    Raises:
        NotAllowed: they do not.
    """
    actor.require(MAKE)
    if organization.pk not in actor.organization_ids:
        raise NotAllowed(MAKE, "You can change what belongs to your own unit only.")


def clean_name(name: str) -> str:
    """The name without needless blanks.

    Raises:
        ValidationError: it is empty, too long, or holds a Social Security number.
    """
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Enter a name."})
    if len(name) > 80:
        raise ValidationError({"name": "The name is too long: at most 80 characters."})
    validate_no_ssn(name)
    return name
