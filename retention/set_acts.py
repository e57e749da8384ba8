"""The system's acts on many cases at once: what :func:`portal.casework.services.perform` does to
one, in a handful of statements (C.5, rows 7 and 8).

A renewal feed may close or score ten thousand cases. Each still gets its line on the timeline,
its messages and its place in the ledger, and each act is a row of the kind's table.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from portal.casework.machine import Act
from portal.casework.models import Case, CaseUserPermission, OutboxMessage, TimelineEvent
from portal.casework.services import WATCHED_CASE_CHANGED, wake_dispatcher
from portal.insert_select import insert
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from retention.models import CrwCase, ResolutionReason, Risk
from retention.table import MACHINE

#: Told to the owner when a consumer's risk rises to 5.
RISK_ROSE = "retention.risk_rose"

_CASE, _DETAIL = Case._meta.db_table, CrwCase._meta.db_table
_NO_MESSAGES = "ARRAY[]::text[]"


@dataclass(frozen=True)
class Score:
    """How likely the consumer of a case is not to renew, and why."""

    case_id: int
    #: 1 to 5; 5 is worst (CRW-10).
    risk: int
    #: ``feed``, or the version of the model that scored it, e.g. ``model:3``.
    source: str = "feed"
    #: In words, the weightiest first; no personal data.
    reasons: tuple[str, ...] = ()


def close_by_system(
    *, actor: Actor, case_ids: Sequence[int], reason_key: str, at: datetime
) -> list[int]:
    """Close those of the cases that are open; returns their ids. The owners are told.

    Args:
        reason_key: of a :class:`ResolutionReason` of the exchange, e.g. ``renewed``.
        at: the instant (UTC).

    Raises:
        NotAllowed: the actor is not the system.
        ResolutionReason.DoesNotExist: the exchange has no such reason.
    """
    reason = ResolutionReason.objects.get(exchange_id=actor.exchange_id, key=reason_key)
    act = MACHINE.act("close_by_system")
    return _perform_on_many(
        actor=actor,
        act=act,
        picked=f"""
            SELECT c.id, c.status,
                %(notifies)s::text[] || CASE WHEN {_is_watched("c.id")}
                    THEN ARRAY['{WATCHED_CASE_CHANGED}'] ELSE {_NO_MESSAGES} END AS messages
            FROM {_CASE} c WHERE c.id = ANY(%(ids)s) AND c.exchange_id = %(exchange)s
                AND c.kind = '{MACHINE.kind}' AND c.is_open
            ORDER BY c.id FOR UPDATE OF c
        """,
        detail="""
            is_open = FALSE, reason_id = %(reason)s, closed_at = %(at)s, closed_by_id = NULL,
            next_contact_on = NULL,
            open_seconds = floor(greatest(0, extract(epoch FROM %(at)s - d.aged_from)))
        """,
        data="jsonb_build_object('reason', %(reason_key)s)",
        at=at,
        parameters={
            "ids": list(case_ids),
            "notifies": list(act.notifies),
            "reason": reason.pk,
            "reason_key": reason.key,
        },
    )


def reopen_by_system(*, actor: Actor, case_ids: Sequence[int], why: str, at: datetime) -> list[int]:
    """Reopen those of the cases that are closed; returns their ids. The owners are told.

    Aging goes on where it stood (C.5, row 6).

    Args:
        why: a key for the timeline, e.g. ``up_for_renewal_again``.

    Raises:
        NotAllowed: the actor is not the system.
        IntegrityError: the consumer has another open case of the plan year.
    """
    act = MACHINE.act("reopen")
    return _perform_on_many(
        actor=actor,
        act=act,
        picked=f"""
            SELECT c.id, c.status, %(notifies)s::text[] AS messages
            FROM {_CASE} c WHERE c.id = ANY(%(ids)s) AND c.exchange_id = %(exchange)s
                AND c.kind = '{MACHINE.kind}' AND NOT c.is_open
            ORDER BY c.id FOR UPDATE OF c
        """,
        detail="""
            is_open = TRUE, in_book = TRUE, reason_id = NULL, closed_at = NULL, closed_by_id = NULL,
            open_seconds = NULL, aged_from = d.aged_from + (%(at)s - d.closed_at)
        """,
        data="jsonb_build_object('why', %(why)s)",
        at=at,
        parameters={"ids": list(case_ids), "notifies": list(act.notifies), "why": why},
    )


def rescore(*, actor: Actor, scores: Sequence[Score], at: datetime) -> list[int]:
    """Write new scores on open cases; returns the ids of those whose risk is another one now.

    Only these get a line on the timeline; their owners are told of a risk that rose to 5. A score
    that says the same for other reasons changes the reasons alone.

    Raises:
        NotAllowed: the actor is not the system.
    """
    columns = "risk = picked.risk, risk_source = picked.source, risk_reasons = picked.reasons"
    rows = f"""
        FROM json_to_recordset(%(scores)s::json)
            AS score(case_id bigint, risk smallint, source text, reasons text[])
        JOIN {_DETAIL} d ON d.case_id = score.case_id AND d.exchange_id = %(exchange)s
        JOIN {_CASE} c ON c.id = d.case_id
        WHERE d.is_open
    """
    parameters = {"scores": json.dumps([asdict(score) for score in scores], ensure_ascii=False)}
    changed = _perform_on_many(
        actor=actor,
        act=MACHINE.act("rescore"),
        picked=f"""
            SELECT c.id, c.status, score.*, d.risk AS risk_before,
                CASE WHEN score.risk = {Risk.VERY_HIGH} THEN ARRAY['{RISK_ROSE}']
                    ELSE {_NO_MESSAGES} END AS messages
            {rows} AND d.risk <> score.risk ORDER BY c.id FOR UPDATE OF c
        """,
        detail=f"{columns}, scored_at = %(at)s",
        data="jsonb_build_object('from', risk_before, 'to', risk, 'source', source)",
        at=at,
        parameters=parameters,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH picked AS (SELECT score.* {rows} AND d.risk_reasons::text[] <> score.reasons)"
            f" UPDATE {_DETAIL} d SET {columns} FROM picked WHERE d.case_id = picked.case_id",
            {"exchange": actor.exchange_id, **parameters},
        )
    return changed


def move_deadlines(*, actor: Actor, deadlines: Mapping[int, date], at: datetime) -> list[int]:
    """Write another last day to renew, by case id; returns the ids of those that had another.

    Raises:
        NotAllowed: the actor is not the system.
    """
    return _perform_on_many(
        actor=actor,
        act=MACHINE.act("move_deadline"),
        picked=f"""
            SELECT c.id, c.status, moved.deadline, {_NO_MESSAGES} AS messages
            FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS moved(case_id, deadline)
            JOIN {_DETAIL} d ON d.case_id = moved.case_id AND d.exchange_id = %(exchange)s
            JOIN {_CASE} c ON c.id = d.case_id
            WHERE d.is_open AND d.deadline <> moved.deadline ORDER BY c.id FOR UPDATE OF c
        """,
        detail="deadline = picked.deadline",
        data="jsonb_build_object('deadline', deadline)",
        at=at,
        parameters={"ids": list(deadlines), "days": list(deadlines.values())},
    )


@transaction.atomic
def _perform_on_many(
    *,
    actor: Actor,
    act: Act,
    picked: str,
    detail: str,
    data: str,
    at: datetime,
    parameters: Mapping[str, Any],
) -> list[int]:
    """One act of the table on the cases ``picked`` names.

    Args:
        picked: selects and locks the cases: ``id``, ``status``, ``messages``, and what else
            ``detail`` and ``data`` need of them.
        detail: what to set beside the case.
        data: SQL of the event's data: keys and ids.

    Raises:
        NotAllowed: the actor is not the system, or the act is not the system's.
        ValueError: the act touches clocks, which need more than this.
    """
    if not (actor.is_system and act.by_system):
        raise NotAllowed(act.action)
    if act.clocks:
        raise ValueError(f"{MACHINE.kind}.{act.key} has clocks; perform it on each case")
    statement = f"""
        WITH picked AS MATERIALIZED ({picked}),
        cases AS (
            UPDATE {_CASE} c SET {_case_columns(act)} FROM picked WHERE c.id = picked.id
        ),
        details AS (
            UPDATE {_DETAIL} d SET {detail} FROM picked WHERE d.case_id = picked.id
        ),
        told AS ({_events(act, data)} RETURNING id, case_id),
        sent AS ({_messages()} ON CONFLICT DO NOTHING)
        SELECT id FROM picked
    """
    values = {
        "exchange": actor.exchange_id,
        "at": at,
        "role": actor.role_key,
        "target": act.target,
        **parameters,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        done = [row[0] for row in cursor.fetchall()]
    if done:
        record(actor=actor, action=act.action, cases=done, data={"act": act.key})
        wake_dispatcher()
    return done


def _case_columns(act: Act) -> str:
    columns = ["updated_at = CASE WHEN %(at)s > c.updated_at THEN %(at)s ELSE c.updated_at END"]
    if not act.quiet:
        columns.append("version = c.version + 1")
    if act.target:
        status = MACHINE.statuses[act.target]
        columns += [
            "status = %(target)s",
            f"is_open = {status.is_open}",
            f"is_waiting = {status.is_waiting}",
            f"closed_at = {'NULL' if status.is_open else '%(at)s'}",
        ]
        if status.is_open:
            columns.append("reopen_count = c.reopen_count + CASE WHEN c.is_open THEN 0 ELSE 1 END")
    return ", ".join(columns)


def _events(act: Act, data: str) -> str:
    return insert(
        TimelineEvent,
        {
            "exchange": "%(exchange)s",
            "case": "id",
            "at": "%(at)s",
            "verb": f"'{act.key}'",
            "audience": f"'{act.audience}'",
            "actor_role": "%(role)s",
            "from_status": "status",
            "to_status": "coalesce(%(target)s, status)",
            "data": data,
        },
        "FROM picked",
    )


def _messages() -> str:
    """To whom each message goes is its own rule in the catalogue."""
    return insert(
        OutboxMessage,
        {
            "exchange": "%(exchange)s",
            "key": "message",
            "case": "told.case_id",
            "data": "jsonb_build_object('event', told.id)",
            "dedupe_key": "message || ':event:' || told.id || ':'",
            "created_at": "%(at)s",
            "next_attempt_at": "%(at)s",
        },
        "FROM told JOIN picked ON picked.id = told.case_id"
        " CROSS JOIN LATERAL unnest(picked.messages) AS message",
    )


def _is_watched(case_id: str) -> str:
    grants = CaseUserPermission._meta.db_table
    return f"""EXISTS (SELECT FROM {grants} g JOIN auth_permission p ON p.id = g.permission_id
        WHERE g.content_object_id = {case_id} AND p.codename = 'watch_case')"""
