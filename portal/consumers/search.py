"""Consumers in the one search of the portal: by name and by the numbers people quote."""

import re
from typing import Any

from django.db.models import BigIntegerField, F, Func, QuerySet, Value
from django.urls import NoReverseMatch, reverse

from portal.consumers.models import Consumer
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.sight import prepared_for
from portal.ui.search import Found, Hit, Source

#: The page of one consumer, in a room above this one.
_PAGE = "book:consumer"
_SEES = ("consumers.view", "consumers.view_organization", "consumers.view_own")
#: What a hit shows of a person, for the ledger.
_SHOWN = ("full_name", "case_number")


class MatchingConsumers(Func):
    """Ids of the exchange's consumers a text may mean; one row for each.

    A function of the database: under row-level security the planner may not use the text index
    for an operator it does not trust, and would read every consumer of the exchange instead.
    """

    function = "consumers_matching"
    set_returning = True
    output_field = BigIntegerField()


def normal_identifier(text: str) -> str:
    """A number or address as it is compared: an email in lower case, else letters and digits."""
    text = text.strip().lower()
    return re.sub(r"[^0-9a-z@.+_-]" if "@" in text else r"[^0-9a-z]", "", text)


def first_consumers(*, actor: Actor, text: str, limit: int) -> list[Consumer]:
    """The consumers the actor may see whom a text may mean, by name; one statement.

    Every word of it is a word of the name; or all of it is the case number, application ID,
    telephone or email.
    """

    def build(actor: Actor, text: str, identifier: str) -> QuerySet[Consumer]:
        rows = Consumer.objects.visible_to(actor).filter(pk__in=_ids(actor, text, identifier))
        shown = rows.only("pk", "full_name", "case_number", "zip_code")
        return shown.order_by("full_name", "pk")[:limit]

    query = prepared_for(
        actor,
        ("consumers.search", limit),
        lambda sight, slots: build(sight, slots.text("text"), slots.text("identifier")),
    )
    identifier = normal_identifier(text)
    if query is None:
        return list(build(actor, text, identifier))
    return query.rows(text=text, identifier=identifier)


def matching_consumers(*, actor: Actor, rows: QuerySet[Consumer], text: str) -> QuerySet[Consumer]:
    """Those of the rows whom a text may mean, by the same rule, however many there are."""
    return rows.filter(pk__in=_ids(actor, text, normal_identifier(text)))


def _ids(actor: Actor, text: str, identifier: str) -> QuerySet[Exchange, Any]:
    matching = MatchingConsumers(Value(text), Value(identifier))
    exchange = Exchange.objects.filter(pk=actor.exchange_id)
    return exchange.annotate(found=matching).values(found_id=F("found"))


def find_consumers(actor: Actor, text: str, limit: int) -> Found:
    """Consumers for the one search; the look is recorded."""
    found = first_consumers(actor=actor, text=text, limit=limit + 1)
    if found:
        record(
            actor=actor,
            action="consumers.listed",
            consumers=[consumer.pk for consumer in found[:limit]],
            fields=_SHOWN,
            data={"surface": "search"},
        )
    return Found(rows=[_hit(consumer) for consumer in found[:limit]], has_more=len(found) > limit)


def _hit(consumer: Consumer) -> Hit:
    try:
        url = reverse(_PAGE, args=[consumer.pk])
    except NoReverseMatch:
        url = ""
    return Hit(consumer.full_name, url, f"Case {consumer.case_number}")


SOURCE = Source(
    key="consumers",
    label="Consumers",
    find=find_consumers,
    hints=("A consumer’s name, case number, application ID, telephone or email.",),
    order=20,
    offered=lambda actor: actor.may_any(_SEES),
)
