"""Opening renewal cases as the exchange names them: thousands in a handful of statements (CRW-03).

Enrollers open none. A case belongs to whoever the consumer is delegated to at that moment, so the
rows name consumers and the database looks up the rest.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection, transaction

from portal.casework import kinds
from portal.casework.machine import Audience
from portal.casework.models import Case, CaseText, TimelineEvent
from portal.casework.opening import take_numbers
from portal.consumers.models import Consumer
from portal.insert_select import insert, next_id
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from retention.models import CrwCase
from retention.table import KIND


@dataclass(frozen=True)
class NewCrwCase:
    """One consumer who has to renew, as a feed names them."""

    consumer_id: int
    plan_year: int
    #: The last day to renew.
    deadline: date
    #: 1 to 5; 5 is worst (CRW-10).
    risk: int
    #: ``feed``, or the version of the model that scored it, e.g. ``model:3``.
    risk_source: str = "feed"
    #: In words, the weightiest first; no personal data.
    risk_reasons: tuple[str, ...] = ()


@transaction.atomic
def open_cases(*, actor: Actor, rows: Sequence[NewCrwCase], at: datetime) -> list[int]:
    """Open a case for each row; returns the ids of those that were opened, in no order.

    Left out, silently: consumers of no enroller, and those who have an open case of the plan year
    (C.5, row 1). Each case gets its number, its first event and its search text; all share one
    ledger entry. Nobody is written to: the dashboard and the daily summary show what came.

    Args:
        actor: the feed's; the caller has checked who may import.
        rows: each consumer and plan year at most once.
        at: the instant of opening (UTC); aging is counted from here.

    Raises:
        IntegrityError: somebody opens the same cases at this moment; feeds take turns.
    """
    if not rows:
        return []
    kind = kinds.get(KIND)
    numbers = take_numbers(actor=actor, kind=kind, at=at, count=len(rows))
    wanted = [
        {**asdict(row), "deadline": row.deadline.isoformat(), "number": number}
        for row, number in zip(rows, numbers, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(),
            {
                "exchange": actor.exchange_id,
                "rows": json.dumps(wanted, ensure_ascii=False),
                "at": at,
                "kind": KIND,
                "status": kind.machine.initial,
                "role": actor.role_key,
                "actor": actor.person_id,
            },
        )
        opened = [row[0] for row in cursor.fetchall()]
    if opened:
        record(actor=actor, action=f"{KIND}.opened", cases=opened)
    return opened


def _statement() -> str:
    parts = {
        "drawn": _drawn(),
        "cases": _cases(),
        "details": _details(),
        "events": _events(),
        "texts": _texts(),
    }
    queries = ", ".join(
        f"{name} AS {'MATERIALIZED ' if name == 'drawn' else ''}({query})"
        for name, query in parts.items()
    )
    return f"WITH {queries} SELECT id FROM drawn"


def _drawn() -> str:
    """The rows whose consumer has an enroller and no open case of the year, with the case's id."""
    return f"""
        SELECT {next_id(Case)} AS id, wanted.*, consumer.organization_id, consumer.enroller_id,
            consumer.full_name, consumer.case_number, consumer.application_id,
            consumer.person_id, consumer.phone, consumer.email
        FROM json_to_recordset(%(rows)s::json) AS wanted(
            consumer_id bigint, plan_year smallint, deadline date, risk smallint,
            risk_source text, risk_reasons text[], number text)
        JOIN {Consumer._meta.db_table} consumer
            ON consumer.id = wanted.consumer_id AND consumer.exchange_id = %(exchange)s
        WHERE consumer.organization_id IS NOT NULL AND consumer.enroller_id IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM {CrwCase._meta.db_table} known
                WHERE known.consumer_id = wanted.consumer_id
                    AND known.plan_year = wanted.plan_year AND known.is_open)
    """


def _cases() -> str:
    return insert(
        Case,
        {
            "id": "id",
            "exchange": "%(exchange)s",
            "number": "number",
            "kind": "%(kind)s",
            "status": "%(status)s",
            "organization": "organization_id",
            "owner": "enroller_id",
            "opened_by": "%(actor)s::bigint",
            "opened_at": "%(at)s",
            "updated_at": "%(at)s",
        },
        "FROM drawn",
    )


def _details() -> str:
    same = ("plan_year", "risk", "risk_source", "risk_reasons", "deadline")
    return insert(
        CrwCase,
        {
            "case": "id",
            "exchange": "%(exchange)s",
            "consumer": "consumer_id",
            "organization": "organization_id",
            "enroller": "enroller_id",
            "scored_at": "%(at)s",
            "aged_from": "%(at)s",
            **{name: name for name in same},
        },
        "FROM drawn",
    )


def _events() -> str:
    return insert(
        TimelineEvent,
        {
            "exchange": "%(exchange)s",
            "case": "id",
            "at": "%(at)s",
            "verb": "'opened'",
            "audience": f"'{Audience.STATUS}'",
            "actor": "%(actor)s::bigint",
            "actor_role": "%(role)s",
            "to_status": "%(status)s",
            "data": """jsonb_build_object(
                'plan_year', plan_year, 'risk', risk, 'source', risk_source)""",
        },
        "FROM drawn",
    )


def _texts() -> str:
    """What :func:`portal.casework.search.index_case` would keep: the name, and the numbers."""

    def normal(column: str) -> str:
        return f"regexp_replace(lower({column}), '[^0-9a-z]', '', 'g')"

    numbers = [normal(name) for name in ("case_number", "application_id", "person_id", "phone")]
    known = ", ".join([*numbers, "regexp_replace(lower(email), '[^0-9a-z@.]', '', 'g')"])
    return insert(
        CaseText,
        {
            "case": "id",
            "exchange": "%(exchange)s",
            "words": "to_tsvector('simple', full_name)",
            "identifiers": f"array_remove(ARRAY[{known}], '')",
        },
        "FROM drawn",
    )
