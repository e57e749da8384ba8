"""The producer's five steps, kept in a draft: what is chosen and typed is never in an address.

Three ways in share them: an issue (one consumer), commission (any number), and the record of a
call (at most three). The draft holds ids and texts, is encrypted, and is its writer's alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from escalations.producers import selectors, services
from escalations.tickets.models import TicketType
from portal.casework import drafts
from portal.casework.models import Case, Draft
from portal.consumers.models import Consumer
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization


@dataclass(frozen=True)
class Way:
    """One way in."""

    key: str
    action: str
    #: Whether several consumers may be chosen: check boxes instead of radio buttons.
    several: bool
    takes_files: bool

    @property
    def form(self) -> str:
        """Key of its drafts."""
        return f"producers.{self.key}"


ISSUE = Way("issue", "producers.escalate", several=False, takes_files=True)
COMMISSION = Way("commission", "producers.escalate", several=True, takes_files=False)
RECORD = Way("record", "producers.record", several=True, takes_files=False)
WAYS: Final[Mapping[str, Way]] = {way.key: way for way in (ISSUE, COMMISSION, RECORD)}


@dataclass
class Choice:
    """What somebody has chosen and typed so far."""

    text: str = ""
    carrier: int | None = None
    searched: bool = False
    consumers: list[int] = field(default_factory=list)
    #: What the last form held, by field name.
    typed: dict[str, Any] = field(default_factory=dict)

    def as_content(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "carrier": self.carrier,
            "searched": self.searched,
            "consumers": self.consumers,
            "typed": self.typed,
        }


def load(*, actor: Actor, way: Way, public_id: uuid.UUID) -> Choice | None:
    """What is kept under an id; None when nothing is."""
    draft = draft_of(actor=actor, way=way, public_id=public_id)
    return None if draft is None else _choice(draft.content)


def draft_of(*, actor: Actor, way: Way, public_id: uuid.UUID) -> Draft | None:
    """The actor's draft with this id."""
    return drafts.drafts_of(actor=actor, form=way.form).filter(public_id=public_id).first()


def keep(*, actor: Actor, way: Way, public_id: uuid.UUID, choice: Choice) -> Draft:
    """Keep what is chosen and typed.

    Raises:
        SsnRefused: a text holds a Social Security number; what was kept before stays.
        ValidationError: the texts are too long, or there are too many drafts.
        Draft.DoesNotExist: the id is somebody else's.
    """
    return drafts.save_draft(
        actor=actor, form=way.form, content=choice.as_content(), public_id=public_id
    )


def _choice(content: Mapping[str, Any]) -> Choice:
    """Whatever the draft holds, in the shape expected: it is read back, not trusted."""
    typed = content.get("typed")
    carrier = content.get("carrier")
    return Choice(
        text=str(content.get("text") or ""),
        carrier=carrier if isinstance(carrier, int) else None,
        searched=bool(content.get("searched")),
        consumers=[key for key in content.get("consumers") or [] if isinstance(key, int)],
        typed=dict(typed) if isinstance(typed, dict) else {},
    )


def choose(choice: Choice, *, way: Way, shown: Collection[int], ticked: Collection[int]) -> None:
    """Take over the ticks of a page of results; what it did not show stays as it was (MD-22)."""
    if way.several:
        kept = [key for key in choice.consumers if key not in set(shown)]
        choice.consumers = [*kept, *(key for key in dict.fromkeys(ticked) if key not in kept)]
    elif ticked:
        choice.consumers = list(ticked)[:1]


def found(*, actor: Actor, choice: Choice) -> Sequence[Consumer]:
    """The consumers the kept search finds; that they were shown is recorded."""
    if not choice.searched:
        return []
    carrier = selectors.carriers_of(actor).filter(pk=choice.carrier or 0).first()
    rows = selectors.search_consumers(actor=actor, text=choice.text, carrier=carrier)
    _record_shown(actor, rows, "producers.consumers_found", ["full_name", "person_id"])
    return rows


def chosen(*, actor: Actor, choice: Choice) -> list[Consumer]:
    """The chosen consumers, as far as the actor may bring them now, in the order chosen."""
    rows = selectors.consumers_for(actor).in_bulk(choice.consumers)
    return [rows[key] for key in choice.consumers if key in rows]


def verify(*, actor: Actor, choice: Choice) -> list[Consumer]:
    """The chosen consumers with what identifies them, to be checked; recorded (MD-16)."""
    rows = chosen(actor=actor, choice=choice)
    shown = ["full_name", "date_of_birth", "person_id", "phone"]
    _record_shown(actor, rows, "producers.consumers_verified", shown)
    return rows


def _record_shown(
    actor: Actor, rows: Sequence[Consumer], action: str, fields: Sequence[str]
) -> None:
    if rows:
        record(
            actor=actor,
            action=action,
            consumers=[one.pk for one in rows],
            disclosed_to=actor.organization_id if actor.is_outside else None,
            fields=fields,
        )


def carrier_of(actor: Actor, key: Any) -> Organization | None:
    """A health plan of the exchange by id."""
    return selectors.carriers_of(actor).filter(pk=key).first() if key else None


@transaction.atomic
def submit(
    *,
    actor: Actor,
    way: Way,
    public_id: uuid.UUID,
    ticket_type: TicketType | None,
    description: str,
    verified: bool,
) -> Case:
    """Make the draft an escalation, exactly once.

    A second submission of it, even at the same moment, answers the case the first one made.

    Raises:
        Draft.DoesNotExist: the actor never had such a draft.
        ValidationError: something is missing or wrong; names the field.
        AlreadyOpen: the same consumer and type are open already.
    """
    rows = drafts.drafts_of(actor=actor, form=way.form).select_for_update()
    draft = rows.filter(public_id=public_id).first()
    if draft is None:
        if made := services.made_of(actor=actor, draft=public_id):
            return made
        raise Draft.DoesNotExist
    if ticket_type is None:
        raise ValidationError({"ticket_type": "Choose one of the types."})
    case = services.submit_escalation(
        actor=actor,
        ticket_type=ticket_type,
        consumers=chosen(actor=actor, choice=_choice(draft.content)),
        description=description,
        verified=verified,
        documents=drafts.files_of(draft) if way.takes_files else [],
        draft=public_id,
    )
    drafts.discard_draft(actor=actor, public_id=public_id)
    return case
