"""Applying rows that belong to a person or a household the mirror has already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import models

from portal.consumers.feeds import Applied, FeedRow
from portal.consumers.mirror_feeds.upsert import upsert
from portal.consumers.models import Consumer, Household
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange


@dataclass(frozen=True)
class Owner:
    """What the rows of a feed belong to."""

    model: type[models.Model]
    #: How a row names it, which is also what it is called in the mirror.
    name: str
    #: The column that points at it.
    column: str
    #: Why a row is refused that names one the mirror has not.
    unknown: str

    def find(self, exchange: Exchange, rows: Sequence[FeedRow]) -> dict[str, int]:
        """Ids by name of the owners that rows speak of."""
        found = self.model._default_manager.filter(
            exchange=exchange, **{f"{self.name}__in": {row.data[self.name] for row in rows}}
        )
        return dict(found.values_list(self.name, "pk"))


PERSON: Final = Owner(
    Consumer,
    "person_id",
    "consumer_id",
    "No consumer has this person_id. Import the consumers first.",
)
HOUSEHOLD: Final = Owner(
    Household,
    "case_number",
    "household_id",
    "No household has this case_number. Import the consumers first.",
)


def apply_belongings(
    *,
    actor: Actor,
    feed: str,
    rows: Sequence[FeedRow],
    owner: Owner,
    model: type[models.Model],
    unique: Sequence[str],
    update: Collection[str],
) -> Applied:
    """Add and change rows of ``model``; those of an unknown owner are refused.

    The data of a row are the model's columns, with the owner's name instead of its id.
    """
    owners = owner.find(actor.exchange, rows)
    taken = [
        {column: value for column, value in row.data.items() if column != owner.name}
        | {owner.column: owners[row.data[owner.name]]}
        for row in rows
        if row.data[owner.name] in owners
    ]
    touched = upsert(model, exchange=actor.exchange, unique=unique, rows=taken, update=update)
    new = sum(row.is_new for row in touched.values())
    changed = len(touched) - new
    if touched:
        key = [column for column in unique if column != "exchange_id"]
        ids = {row[owner.column] for row in taken if tuple(row[name] for name in key) in touched}
        record(
            actor=actor,
            action="consumers.mirrored",
            consumers=ids if owner.model is Consumer else (),
            data={"feed": feed, "new": new, "changed": changed},
        )
    refused = [(row.line, owner.unknown) for row in rows if row.data[owner.name] not in owners]
    return Applied(new, changed, refused)
