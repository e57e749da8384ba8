"""Making the summaries: a few statements for each exchange, day and batch of people.

A day is one row, :class:`SummaryDay`. Whoever works on it holds the row for the length of one
batch, writes the batch, and moves the row's mark in the same transaction. So a worker may be
killed anywhere, two may work side by side, and each person still has one summary of a kind and
day: the unique key says so too. What a summary counts is settled before the first one is written.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from django.db import connection

from notifications.mailbox.models import Item
from notifications.summaries.days import CATCH_UP, due_days, is_late
from notifications.summaries.models import (
    MODULE,
    READ,
    READ_TEAM,
    Alert,
    Summary,
    SummaryDay,
    subject_of,
)
from notifications.summaries.rules import rules_of
from notifications.summaries.topics import write_alerts
from portal.casework.models import OutboxMessage
from portal.clocks.reckoning import zone
from portal.insert_select import insert, literal, next_id
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Role
from portal.tenancy.scope import use_exchange

#: What the mailbox calls these; their source is the summary's key.
ITEM_KIND: Final = "summary"
#: People whose summaries are written in one statement and one transaction.
BATCH: Final = 2_000
SUBJECTS: Final = tuple(
    subject_of(kind, has_alerts=has_alerts) for has_alerts in (True, False) for kind in Summary.Kind
)


@dataclass
class SummaryCounts:
    """What one run did for one exchange."""

    subjects: Counter[str] = field(default_factory=Counter)
    days: int = 0
    alerts: int = 0
    late: int = 0

    def as_dict(self) -> dict[str, int]:
        """Every subject, also those nobody got, then days, alerts and late summaries."""
        by_subject = {subject: self.subjects[subject] for subject in SUBJECTS}
        return by_subject | {"days": self.days, "alerts": self.alerts, "late": self.late}


def make_summaries(*, exchange: Exchange, now: datetime) -> SummaryCounts:
    """Make every summary of one exchange that is due at ``now`` (UTC) and not yet made.

    Days without a worker are made up for, marked late; a mail goes out for the latest day alone,
    since three mails that say “look into your mailbox” say no more than one. Safe to repeat, to
    run twice at once, and to be killed anywhere. Opens its own transactions.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    counts = SummaryCounts()
    if MODULE not in exchange.modules:
        return counts
    with use_exchange(exchange):
        days = _due(exchange, now)
    for day in days:
        while _go_on(exchange, day, now, counts, sends_mail=day == days[-1]):
            pass
    return counts


def _due(exchange: Exchange, now: datetime) -> list[date]:
    tz = zone(exchange.time_zone)
    since = now.astimezone(tz).date() - timedelta(days=CATCH_UP + 1)
    rows = SummaryDay.objects.filter(exchange=exchange)
    known = dict(rows.filter(local_date__gte=since).values_list("local_date", "finished_at"))
    earlier = rows.filter(local_date__lt=since).values_list("local_date", flat=True).first()
    return due_days(
        now,
        tz,
        rules_of(exchange).from_time,
        finished=[day for day, finished_at in known.items() if finished_at],
        known=[*known, *([earlier] if earlier else [])],
    )


def _go_on(
    exchange: Exchange, day: date, now: datetime, counts: SummaryCounts, *, sends_mail: bool
) -> bool:
    """Do the next step of a day in a transaction of its own; False when it was the last."""
    with use_exchange(exchange):
        SummaryDay.objects.bulk_create(
            [SummaryDay(exchange=exchange, local_date=day)], ignore_conflicts=True
        )
        row = SummaryDay.objects.select_for_update(of=("self",)).get(
            exchange=exchange, local_date=day
        )
        if row.finished_at is not None:
            return False
        if row.alerts_at is None:
            counts.alerts += write_alerts(exchange_id=exchange.pk, day=day)
            row.alerts_at = now
        elif people := _next_people(exchange, row.reached):
            made = _write_batch(exchange, day, now, people, sends_mail=sends_mail)
            counts.subjects.update(made)
            counts.late += is_late(day, now, zone(exchange.time_zone)) * made.total()
            row.reached = people[-1]
        else:
            row.finished_at = now
            counts.days += 1
            _record(exchange, day)
        row.save(update_fields=["alerts_at", "reached", "finished_at"])
    return row.finished_at is None


def _next_people(exchange: Exchange, after: int) -> list[int]:
    """Ids of the next people who get a summary, in order."""
    rows = Membership.objects.current().filter(
        exchange=exchange, role__actions__contains=[READ], person_id__gt=after
    )
    ordered = rows.order_by("person_id").values_list("person_id", flat=True).distinct()
    return list(ordered[:BATCH])


def _write_batch(
    exchange: Exchange, day: date, now: datetime, people: Sequence[int], *, sends_mail: bool
) -> Counter[str]:
    """Write summaries, mailbox items and messages of these people; how many of each subject."""
    values: dict[str, Any] = {
        "exchange": exchange.pk,
        "day": day,
        "now": now,
        "people": list(people),
        "read": [READ],
        "team": [READ_TEAM],
        "is_late": is_late(day, now, zone(exchange.time_zone)),
        "sends_mail": sends_mail,
    }
    with connection.cursor() as cursor:
        cursor.execute(_batch_statement(), values)
        rows: list[tuple[str, bool, int]] = cursor.fetchall()
    return Counter({subject_of(kind, has_alerts=has): number for kind, has, number in rows})


def _record(exchange: Exchange, day: date) -> None:
    made = Summary.objects.filter(exchange=exchange, local_date=day).count()
    record(
        actor=Actor.system(exchange, channel="timer"),
        action="summaries.made",
        data={"day": day.isoformat(), "summaries": made},
    )


@cache
def _batch_statement() -> str:
    """One statement: lines counted by enroller, summaries, then what lies in the mailbox.

    People see their organization and what lies below it, so their lines are counted there.
    """
    tables: dict[str, str] = {
        "membership": Membership._meta.db_table,
        "role": Role._meta.db_table,
        "organization": Organization._meta.db_table,
        "alert": Alert._meta.db_table,
    }
    counted = """
        posts AS MATERIALIZED (
            SELECT m.person_id, m.organization_id,
                bool_or(r.actions @> %(team)s::varchar[]) AS leads
            FROM {membership} m JOIN {role} r ON r.id = m.role_id
            WHERE m.exchange_id = %(exchange)s AND m.is_active
                AND m.person_id = ANY(%(people)s) AND r.actions @> %(read)s::varchar[]
            GROUP BY 1, 2
        ),
        reach AS MATERIALIZED (
            SELECT top.id AS top_id, below.id AS organization_id
            FROM {organization} top JOIN {organization} below
                ON below.exchange_id = top.exchange_id AND below.path LIKE top.path || '%%'
            WHERE top.id IN (SELECT organization_id FROM posts)
        ),
        sight AS MATERIALIZED (
            SELECT posts.person_id, reach.organization_id, bool_or(posts.leads) AS leads
            FROM posts JOIN reach ON reach.top_id = posts.organization_id GROUP BY 1, 2
        ),
        tally AS MATERIALIZED (
            SELECT organization_id, enroller_id, count(*) AS lines
            FROM {alert} WHERE exchange_id = %(exchange)s AND local_date = %(day)s GROUP BY 1, 2
        ),
        team AS (SELECT organization_id, sum(lines) AS lines FROM tally GROUP BY 1),
        told AS (
            SELECT s.person_id, 'own' AS kind, coalesce(sum(t.lines), 0) AS lines
            FROM sight s LEFT JOIN tally t
                ON t.organization_id = s.organization_id AND t.enroller_id = s.person_id
            GROUP BY 1
            UNION ALL
            SELECT s.person_id, 'manager', coalesce(sum(t.lines), 0)
            FROM sight s LEFT JOIN team t ON t.organization_id = s.organization_id
            WHERE s.leads GROUP BY 1
        )""".format(**tables)
    made = insert(
        Summary,
        {
            "id": next_id(Summary),
            "exchange": "%(exchange)s",
            "person": "person_id",
            "kind": "kind",
            "local_date": "%(day)s::date",
            "alerts": "lines",
            "made_at": "%(now)s",
            "is_late": "%(is_late)s",
        },
        "FROM told ON CONFLICT DO NOTHING RETURNING id, person_id, kind, alerts",
    )
    items = insert(
        Item,
        {
            "exchange": "%(exchange)s",
            "person": "person_id",
            "kind": literal(ITEM_KIND),
            "source_id": "id",
            "subject": _subject_expression(),
            "received_at": "%(now)s",
        },
        "FROM made ON CONFLICT DO NOTHING",
    )
    messages = insert(
        OutboxMessage,
        {
            "exchange": "%(exchange)s",
            "key": "'summary.' || kind",
            "recipient": "person_id",
            "data": "jsonb_build_object('summary', id)",
            "dedupe_key": "'summary:' || id",
            "created_at": "%(now)s",
            "next_attempt_at": "%(now)s",
        },
        "FROM made WHERE %(sends_mail)s ON CONFLICT DO NOTHING",
    )
    return (
        f"WITH {counted}, made AS ({made}), items AS ({items}), messages AS ({messages})"
        " SELECT kind, alerts > 0, count(*) FROM made GROUP BY 1, 2"
    )


def _subject_expression() -> str:
    """The subject in SQL, from the same words as everywhere."""
    cases = " ".join(
        f"WHEN kind = {literal(kind.value)} AND {'alerts > 0' if has_alerts else 'alerts = 0'}"
        f" THEN {literal(subject_of(kind, has_alerts=has_alerts))}"
        for kind in Summary.Kind
        for has_alerts in (True, False)
    )
    return f"CASE {cases} END"
