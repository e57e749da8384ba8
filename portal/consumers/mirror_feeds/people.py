"""The feed of consumers and their households."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from portal.consumers.feeds import Applied, FeedKind, FeedRow
from portal.consumers.mirror_feeds import checks
from portal.consumers.mirror_feeds.upsert import upsert
from portal.consumers.models import Consumer, Household
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

#: Columns of a consumer that a later row changes.
_UPDATED: Final = (
    "case_number",
    "application_id",
    "household_id",
    "is_primary_contact",
    "full_name",
    "date_of_birth",
    "phone",
    "email",
    "language",
    "zip_code",
    "best_time",
    "ssn_index",
)
_EXAMPLE: Final = {
    "person_id": "174097",
    "case_number": "5001000042",
    "application_id": "A-2026-000042",
    "full_name": "Araceli Fuentes",
    "date_of_birth": "1984-03-09",
    "ssn": "",
    "phone": "559-555-0142",
    "email": "araceli@mail.example",
    "language": "Spanish",
    "zip_code": "93702",
    "county": "Fresno",
    "is_primary_contact": "yes",
    "best_time": "after 5 pm",
}


def parse_row(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """One person; the SSN becomes its keyed hash here."""
    person_id = checks.person_id(values)
    return person_id, {
        "person_id": person_id,
        "case_number": checks.case_number(values),
        "application_id": checks.reference(values, "application_id", longest=20, required=False),
        "full_name": checks.text(values, "full_name", longest=120, required=True),
        "date_of_birth": checks.day(values, "date_of_birth"),
        "ssn_index": checks.ssn_index(values),
        "phone": checks.phone(values),
        "email": checks.email(values),
        "language": checks.text(values, "language", longest=40) or "English",
        "zip_code": checks.zip_code(values),
        "county": checks.text(values, "county", longest=40),
        "is_primary_contact": checks.yes_no(values, "is_primary_contact"),
        "best_time": checks.text(values, "best_time", longest=60),
    }


def apply_batch(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Add and change people and the households they are in.

    A household's county and ZIP code are those of its primary contact's row.
    """
    today = at.date()
    refused = [
        (row.line, "The date_of_birth is in the future.")
        for row in rows
        if row.data["date_of_birth"] > today
    ]
    people = [row.data for row in rows if row.data["date_of_birth"] <= today]
    if not people:
        return Applied(refused=refused)
    exchange = actor.exchange
    moved = _mirror_households(exchange, people)
    adopted = _adopt(exchange, people)
    households = dict(
        Household.objects.filter(
            exchange=exchange, case_number__in={person["case_number"] for person in people}
        ).values_list("case_number", "pk")
    )
    touched = upsert(
        Consumer,
        exchange=exchange,
        unique=["exchange_id", "person_id"],
        rows=[
            {name: value for name, value in person.items() if name != "county"}
            | {"household_id": households[person["case_number"]]}
            for person in people
        ],
        update=_UPDATED,
        keep_if_blank=["ssn_index"],
        predicate="NOT (person_id = '')",
    )
    new = {key for (key,), row in touched.items() if row.is_new}
    changed = {key for (key,), row in touched.items() if not row.is_new} | adopted
    changed |= {
        person["person_id"]
        for person in people
        if person["is_primary_contact"] and person["case_number"] in moved
    }
    changed -= new
    if touched:
        record(
            actor=actor,
            action="consumers.mirrored",
            consumers=[row.pk for row in touched.values()],
            data={"feed": CONSUMERS.key, "new": len(new), "changed": len(changed)},
        )
    return Applied(len(new), len(changed), refused)


def _mirror_households(exchange: Exchange, people: Sequence[Mapping[str, Any]]) -> set[str]:
    """Add households, and change them by their primary contacts; the case numbers changed."""
    primary: dict[str, dict[str, Any]] = {}
    others: dict[str, dict[str, Any]] = {}
    for person in people:
        household = {name: person[name] for name in ("case_number", "county", "zip_code")}
        (primary if person["is_primary_contact"] else others)[household["case_number"]] = household
    upsert(
        Household,
        exchange=exchange,
        unique=["exchange_id", "case_number"],
        rows=[row for number, row in sorted(others.items()) if number not in primary],
        update=(),
    )
    touched = upsert(
        Household,
        exchange=exchange,
        unique=["exchange_id", "case_number"],
        rows=[primary[number] for number in sorted(primary)],
        update=("county", "zip_code"),
    )
    return {number for (number,), row in touched.items() if not row.is_new}


def _adopt(exchange: Exchange, people: Sequence[Mapping[str, Any]]) -> set[str]:
    """Give consumers that are known without a person number theirs.

    They are the same where case number, name and date of birth agree. Returns the numbers given.
    """
    names = ("person_id", "case_number", "full_name", "date_of_birth")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE consumers_consumer AS consumer SET person_id = same.person_id
            FROM (
                SELECT given.person_id, min(known.id) AS id
                FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[])
                    AS given (person_id, case_number, full_name, date_of_birth)
                JOIN consumers_consumer AS known
                    ON known.exchange_id = %s AND known.person_id = ''
                    AND known.case_number = given.case_number
                    AND known.full_name = given.full_name
                    AND known.date_of_birth = given.date_of_birth
                WHERE NOT EXISTS (
                    SELECT FROM consumers_consumer AS numbered
                    WHERE numbered.exchange_id = known.exchange_id
                        AND numbered.person_id = given.person_id
                        AND NOT (numbered.person_id = '')
                )
                GROUP BY given.person_id
            ) AS same
            WHERE consumer.id = same.id
            RETURNING consumer.person_id
            """,
            [*([person[name] for person in people] for name in names), exchange.pk],
        )
        return {person_id for (person_id,) in cursor.fetchall()}


CONSUMERS = FeedKind(
    key="consumers",
    label="Consumers and households",
    columns=tuple(_EXAMPLE),
    parse_row=parse_row,
    apply_batch=apply_batch,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    secret=frozenset({"ssn"}),
    example=_EXAMPLE,
)
