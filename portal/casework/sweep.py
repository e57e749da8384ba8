"""The sweep: raise what has come due, each warning and breach exactly once.

Set-based SQL, because a sweep meets a million running clocks a minute and must find the few that
are due without loading any. Batches of a thousand rows commit one by one; ``SKIP LOCKED`` lets two
sweeps share the work and lets acts on a case go first. The unique key of ``TimerEvent`` (clock,
kind, deadline) is what makes a repeated sweep harmless: only the row that was really inserted
writes on the timeline and sends a message.

A late sweep stamps the deadline that passed, not the moment it noticed.
"""

import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from portal.casework import rounds
from portal.casework.machine import Audience
from portal.casework.models import Case
from portal.casework.services import wake_dispatcher
from portal.clocks import timed_acts
from portal.clocks.models import Timer, TimerEvent, TimerSegment
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

BATCH = 1_000
WARNING, BREACH = TimerEvent.Kind.WARNING, TimerEvent.Kind.BREACH


@dataclass
class SweepCounts:
    """What one sweep of one exchange did."""

    warnings: int = 0
    breaches: int = 0
    #: Timed acts performed by the system, and what rooms did in their rounds.
    acts: int = 0
    #: Timed acts that failed and were raised to people instead.
    failed_acts: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class _Kind:
    """One kind of deadline: where clocks keep it and what raising it writes."""

    event: str
    #: The column of ``clocks_timer`` that holds the deadline.
    column: str
    #: Which clocks have it ahead of them or unraised; matches a partial index word for word.
    waiting: str
    #: A breach comes when the deadline lies behind; at the very instant the promise still holds.
    passed: str
    #: What raising it does to the clock.
    mark: str
    verb: str
    message: str

    @property
    def due(self) -> str:
        """SQL: the clock is due at ``%(now)s``."""
        return (
            f"t.exchange_id = %(exchange)s AND t.state = 'running' AND {self.waiting}"
            f" AND t.{self.column} {self.passed} %(now)s"
        )


_KINDS = {
    WARNING: _Kind(
        event="warning",
        column="warn_at",
        waiting="t.warn_at IS NOT NULL",
        passed="<=",
        mark="warn_at = NULL",
        verb="clock_warning",
        message="sla.warning",
    ),
    BREACH: _Kind(
        event="breach",
        column="due_at",
        waiting="t.breached_at IS NULL",
        passed="<",
        mark="breached_at = due.deadline",
        verb="clock_breached",
        message="sla.breach",
    ),
}

#: The next batch, straight from the index, in order of deadline; joins and locks come after it,
#: or every batch would join and sort all that is due.
_PICK = """
    SELECT t.id, t.{kind.column} AS deadline
    FROM clocks_timer t
    WHERE {kind.due} AND t.{kind.column} >= %(after)s::timestamptz
      AND (t.{kind.column}, t.id) > (%(after)s::timestamptz, %(after_id)s)
      AND t.policy_id {which} (SELECT id FROM clocks_slapolicy WHERE key = ANY(%(handled)s))
    ORDER BY t.{kind.column}, t.id
    LIMIT %(limit)s
"""

#: Locks clock and case together: an act holds its case first, so a sweep that had the clock alone
#: could wait for the act while the act waits for the clock.
_LOCK = """
    SELECT t.id, t.exchange_id, t.case_id, picked.deadline, p.key AS policy
    FROM picked
    JOIN clocks_timer t ON t.id = picked.id
    JOIN clocks_slapolicy p ON p.id = t.policy_id
    JOIN casework_case c ON c.id = t.case_id
    WHERE {kind.due} AND t.{kind.column} = picked.deadline
    FOR UPDATE OF t, c SKIP LOCKED
"""

_THESE = """
    SELECT t.id, t.{kind.column} AS deadline FROM clocks_timer t WHERE t.id = ANY(%(timers)s)
"""

_NO_LOCK = """
    SELECT t.id, t.exchange_id, t.case_id, picked.deadline, p.key AS policy
    FROM picked
    JOIN clocks_timer t ON t.id = picked.id
    JOIN clocks_slapolicy p ON p.id = t.policy_id
"""

#: Everything that raising writes, in one statement. The case's version stays: a deadline that
#: passes changes nothing a person may be editing.
_RAISE = """
    WITH picked AS MATERIALIZED ({picked}),
    due AS MATERIALIZED ({due}),
    marked AS (
        UPDATE clocks_timer t SET {kind.mark} FROM due WHERE t.id = due.id
    ),
    raised AS (
        INSERT INTO clocks_timerevent (exchange_id, timer_id, kind, deadline, raised_at)
        SELECT exchange_id, id, '{kind.event}', deadline, %(now)s FROM due
        ON CONFLICT DO NOTHING
        RETURNING timer_id
    ),
    news AS (
        SELECT due.*, jsonb_build_object(
            'policy', policy,
            'deadline', to_char(deadline AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        ) AS data
        FROM due
        -- IS TRUE keeps this a hashed look-up: the planner takes "due" for a single row and would
        -- compare every row with every other.
        WHERE (id IN (SELECT timer_id FROM raised)) IS TRUE
    ),
    told AS (
        INSERT INTO casework_timelineevent
            (exchange_id, case_id, at, verb, audience, actor_role, from_status, to_status, data)
        SELECT exchange_id, case_id, deadline, '{kind.verb}', '{audience}', 'system', '', '', data
        FROM news
    ),
    sent AS (
        INSERT INTO casework_outboxmessage
            (exchange_id, key, case_id, data, dedupe_key, state, attempts,
             created_at, next_attempt_at, last_error)
        SELECT exchange_id, '{kind.message}', case_id, data || jsonb_build_object('timer', id),
            '{kind.message}:' || id || ':' || (data ->> 'deadline'), 'waiting', 0,
            %(now)s, %(now)s, ''
        FROM news
        ON CONFLICT DO NOTHING
    )
    {flag}
    SELECT (SELECT count(*) FROM picked), (SELECT count(*) FROM news),
        last.deadline, last.id
    FROM (SELECT) AS always
    LEFT JOIN (SELECT deadline, id FROM picked ORDER BY deadline DESC, id DESC LIMIT 1) AS last
        ON TRUE
"""

_FLAG_CASES = """
    , flagged AS (
        UPDATE casework_case c SET is_breached = TRUE
        WHERE c.id IN (SELECT case_id FROM due) AND NOT c.is_breached
    )
"""

_NEXT_ACT = """
    WITH picked AS MATERIALIZED ({picked}),
    due AS MATERIALIZED ({due})
    SELECT picked.id, picked.deadline, due.case_id, due.policy
    FROM picked LEFT JOIN due ON due.id = picked.id
"""

_ANYTHING_DUE = """
    SELECT EXISTS (SELECT 1 FROM clocks_timer t WHERE {warning.due}),
           EXISTS (SELECT 1 FROM clocks_timer t WHERE {breach.due})
"""


def sweep_timers(*, exchange: Exchange, now: datetime, limit: int = 100_000) -> SweepCounts:
    """Raise every warning and breach of one exchange that is due at ``now`` (UTC), once.

    Policies with a timed act (:mod:`portal.clocks.timed_acts`) get their act instead, one by one
    and each in a savepoint of its own; one that fails is raised to people as the warning or breach
    it would have been. Clocks and cases somebody else has locked wait for the next sweep. Rooms
    then do what is due by their own rows (:mod:`portal.casework.rounds`).

    Args:
        limit: at most so many rows of each kind; the next sweep takes the rest.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("A sweep needs an instant with a time zone.")
    counts = SweepCounts()
    with use_exchange(exchange):
        is_due = dict(zip((WARNING, BREACH), _anything_due(exchange, now), strict=True))
    if is_due[WARNING]:
        handlers = timed_acts.warning_handlers()
        counts.warnings = _raise_due(WARNING, exchange, now, limit, handlers)
        _perform_due(WARNING, exchange, now, limit, handlers, counts)
    if is_due[BREACH]:
        handlers = timed_acts.breach_handlers()
        counts.breaches = _raise_due(BREACH, exchange, now, limit, handlers)
        _perform_due(BREACH, exchange, now, limit, handlers, counts)
    _go_rounds(exchange, now, counts)
    return counts


def _go_rounds(exchange: Exchange, now: datetime, counts: SweepCounts) -> None:
    """Let every room do its own; one that fails keeps neither clocks nor the others waiting."""
    for key, perform in rounds.registered().items():
        try:
            counts.acts += perform(exchange=exchange, now=now)
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("%s of %s failed: %s", key, exchange.slug, type(error).__name__)
            counts.failed_acts += 1


def raise_breaches(*, timer_ids: Collection[int], at: datetime) -> int:
    """Raise breaches an act has found on its own case, in the act's transaction.

    The clocks already say that they are breached; returns how many were news.
    """
    these = {"timers": list(timer_ids), "now": at}
    return _raise(BREACH, _THESE, _NO_LOCK, these, flag_cases=False).news


def _anything_due(exchange: Exchange, now: datetime) -> tuple[bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            _ANYTHING_DUE.format(warning=_KINDS[WARNING], breach=_KINDS[BREACH]),
            {"exchange": exchange.pk, "now": now},
        )
        warning, breach = cursor.fetchone()
    return warning, breach


def _raise_due(
    event: TimerEvent.Kind, exchange: Exchange, now: datetime, limit: int, handlers: dict[str, Any]
) -> int:
    """Raise what is due, batch by batch, but for policies that have a handler."""
    pick = _PICK.format(kind=_KINDS[event], which="NOT IN")
    params = _start_of_walk(exchange, now, handlers)
    raised = taken = 0
    while taken < limit:
        params["limit"] = min(BATCH, limit - taken)
        with use_exchange(exchange):
            batch = _raise(event, pick, _LOCK, params, flag_cases=event == BREACH)
        taken, raised = taken + batch.picked, raised + batch.news
        if batch.picked < params["limit"]:
            break
        # On past what somebody else has locked; the next sweep finds it.
        params["after"], params["after_id"] = batch.last_deadline, batch.last_id
    return raised


@dataclass(frozen=True)
class _Batch:
    """What one statement picked, how much of it was news, and where the next batch begins."""

    picked: int
    news: int
    last_deadline: datetime | None
    last_id: int | None


def _raise(
    event: TimerEvent.Kind, pick: str, lock: str, params: dict[str, Any], *, flag_cases: bool
) -> _Batch:
    """Raise the clocks that the query ``pick`` finds and ``lock`` leaves."""
    kind = _KINDS[event]
    statement = _RAISE.format(
        picked=pick.format(kind=kind),
        due=lock.format(kind=kind),
        kind=kind,
        audience=Audience.INTERNAL,
        flag=_FLAG_CASES if flag_cases else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        batch = _Batch(*cursor.fetchone())
    if batch.news:
        wake_dispatcher()
    return batch


def _start_of_walk(exchange: Exchange, now: datetime, handlers: dict[str, Any]) -> dict[str, Any]:
    """Parameters of the first batch: what is due, before every deadline there is."""
    return {
        "exchange": exchange.pk,
        "now": now,
        "handled": list(handlers),
        "after": "-infinity",
        "after_id": 0,
    }


def _perform_due(
    event: TimerEvent.Kind,
    exchange: Exchange,
    now: datetime,
    limit: int,
    handlers: dict[str, Any],
    counts: SweepCounts,
) -> None:
    """Perform the timed acts that are due, each in a transaction of its own."""
    if not handlers:
        return
    kind = _KINDS[event]
    statement = _NEXT_ACT.format(
        picked=_PICK.format(kind=kind, which="IN"), due=_LOCK.format(kind=kind)
    )
    params = _start_of_walk(exchange, now, handlers) | {"limit": 1}
    for _ in range(limit):
        with use_exchange(exchange):
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                row = cursor.fetchone()
            if row is None:
                return
            timer_id, deadline, case_id, policy = row
            params["after"], params["after_id"] = deadline, timer_id
            if case_id is None:
                continue  # somebody is working on the case; the next sweep looks again
            try:
                with transaction.atomic():
                    handlers[policy](
                        case=Case.objects.get(pk=case_id), actor=Actor.system(exchange), at=now
                    )
                    _finish_act(event, timer_id, deadline, now)
                counts.acts += 1
            except OperationalError as error:
                # A lock or a lost connection, not the case: the next sweep tries again.
                _log_failure(policy, timer_id, error)
            except Exception as error:
                _log_failure(policy, timer_id, error)
                counts.failed_acts += 1
                these = {"timers": [timer_id], "now": now}
                _raise(event, _THESE, _NO_LOCK, these, flag_cases=event == BREACH)


def _finish_act(event: TimerEvent.Kind, timer_id: int, deadline: datetime, now: datetime) -> None:
    """Record that the act was performed, and end an appointment that the act left running."""
    timer = Timer.objects.get(pk=timer_id)
    TimerEvent.objects.get_or_create(
        exchange_id=timer.exchange_id,
        timer=timer,
        kind=event,
        deadline=deadline,
        defaults={"raised_at": now},
    )
    if timer.state != Timer.State.RUNNING:
        return
    if event == WARNING and timer.warn_at == deadline:
        Timer.objects.filter(pk=timer_id).update(warn_at=None)
    elif event == BREACH and timer.due_at == deadline:
        Timer.objects.filter(pk=timer_id).update(
            state=Timer.State.MET, stopped_at=now, warn_at=None
        )
        TimerSegment.objects.filter(timer=timer_id, until=None).update(until=now)
        refresh_cases([timer.case_id])


def refresh_cases(case_ids: Collection[int]) -> None:
    """Bring the cases' own next deadline and breach mark in line with their clocks."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casework_case c SET
                due_at = (
                    SELECT min(t.due_at) FROM clocks_timer t
                    WHERE t.case_id = c.id AND t.state = 'running'
                ),
                is_breached = EXISTS (
                    SELECT 1 FROM clocks_timer t
                    WHERE t.case_id = c.id AND t.state IN ('running', 'paused')
                      AND t.breached_at IS NOT NULL
                )
            WHERE c.id = ANY(%s)
            """,
            [list(case_ids)],
        )


def _log_failure(policy: str, timer_id: int, error: Exception) -> None:
    """Log keys and the kind of error only: its message may quote what people wrote."""
    logger.error(
        "The timed act of %s failed on clock %s: %s", policy, timer_id, type(error).__name__
    )
