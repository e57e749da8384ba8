"""The sweep's yardstick: many running clocks in an exchange of their own, and the bare SQL."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from config.scale.sql import insert
from portal.casework.models import Case
from portal.casework.sweep import sweep_timers
from portal.clocks.models import BusinessCalendar, SlaPolicy, Timer
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Far enough ahead that the portal's own worker, which sweeps by the real clock, stays away.
_FAR = datetime(2090, 1, 2, 18, tzinfo=UTC)
_POLICIES = 4
#: One half of what is due is left to the bare SQL, the other to the portal.
_BARE_AT, _PORTAL_AT = _FAR + timedelta(days=1), _FAR + timedelta(days=11)

#: The least that raising a breach can be: mark the clocks, insert their events, in one statement.
_BARE = """
    WITH due AS (
        UPDATE clocks_timer SET breached_at = due_at
        WHERE exchange_id = %s AND state = 'running' AND breached_at IS NULL AND due_at < %s
        RETURNING id, due_at, exchange_id
    )
    INSERT INTO clocks_timerevent (exchange_id, timer_id, kind, deadline, raised_at)
    SELECT exchange_id, id, 'breach', due_at, %s FROM due
"""


def found_exchange() -> Exchange:
    """An exchange with a calendar and nothing else, so that only the yardstick is ever due."""
    exchange = Exchange.objects.create(
        slug="sweep-yardstick",
        name="Sweep yardstick",
        short_name="Yardstick",
        time_zone="America/Los_Angeles",
        contact_email="lead@yardstick.example",
        modules=["ticket"],
    )
    with use_exchange(exchange):
        BusinessCalendar.objects.create(
            exchange=exchange,
            key="standard",
            name="Standard hours",
            zone=exchange.time_zone,
            week={day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
            is_default=True,
        )
    return exchange


def add_running_timers(exchange: Exchange, *, timers: int, due: int) -> None:
    """Clocks on bare cases: ``due`` of them for each yardstick, the others ten years later."""
    with use_exchange(exchange):
        calendar = BusinessCalendar.objects.get(exchange=exchange, is_default=True)
        policies = SlaPolicy.objects.bulk_create(
            SlaPolicy(
                exchange=exchange,
                key=f"bench.{number}",
                label=f"Yardstick {number}",
                case_kind="ticket",
                calendar=calendar,
                measure=SlaPolicy.Measure.BUSINESS_DAYS,
                limit=10,
            )
            for number in range(_POLICIES)
        )
        cases = insert(
            Case,
            {
                "exchange": "%(exchange)s",
                "number": "'SWEEP-' || i",
                "kind": "'ticket'",
                "status": "'new'",
                "opened_at": "%(far)s",
                "updated_at": "%(far)s",
            },
            "FROM generate_series(1, %(cases)s) i RETURNING id",
        )
        clocks = insert(
            Timer,
            {
                "exchange": "%(exchange)s",
                "case_id": "made.id",
                "policy": "policy",
                "started_at": "%(far)s - interval '20 days'",
                "due_at": """%(far)s + CASE
                    WHEN made.place * 4 + policy.place <= %(due)s THEN interval '1 hour'
                    WHEN made.place * 4 + policy.place <= 2 * %(due)s THEN interval '10 days'
                    ELSE interval '10 years' END""",
            },
            """FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM made) made
               CROSS JOIN unnest(%(policies)s::bigint[])
                   WITH ORDINALITY AS policy(policy, place)""",
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH made AS ({cases}) {clocks}",
                {
                    "exchange": exchange.pk,
                    "far": _FAR,
                    "cases": timers // _POLICIES,
                    "due": due,
                    "policies": [policy.pk for policy in policies],
                },
            )


def time_nothing_due(exchange: Exchange) -> float:
    """Seconds for a sweep that finds nothing; the best of five."""
    return min(_sweep(exchange, _FAR)[0] for _ in range(5))


def time_bare(exchange: Exchange) -> float:
    """Seconds for the bare SQL."""
    started = time.perf_counter()
    with use_exchange(exchange), connection.cursor() as cursor:
        cursor.execute(_BARE, [exchange.pk, _BARE_AT, _BARE_AT])
    return time.perf_counter() - started


def time_sweep(exchange: Exchange) -> tuple[float, int]:
    """Seconds for the portal's sweep with timeline, messages and marks, and how many it raised."""
    return _sweep(exchange, _PORTAL_AT)


def _sweep(exchange: Exchange, now: datetime) -> tuple[float, int]:
    started = time.perf_counter()
    counts = sweep_timers(exchange=exchange, now=now)
    return time.perf_counter() - started, counts.breaches
