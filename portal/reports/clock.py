"""Business minutes per party, type and month: who held the cases of a time (decision 10).

One statement over the timeline: each change of status begins a hold, the next one ends it, and a
hold over the end of a month is divided there. Business time is reckoned in the database. With the
calendar's open spans as arrays, the open seconds up to an instant ``t`` are those before the span
that ``width_bucket`` finds, plus the way into it; a hold is the difference of two such sums. The
same instants in :func:`portal.clocks.parties.party_time` give the same minutes, case by case.

Cases are those the reader may see, and for those who watch over the whole exchange, all: the
report names no case and nobody. A case counts for the unit whose queue holds it now.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from portal.casework import kinds
from portal.casework.due import default_calendar
from portal.casework.models import Case
from portal.casework.party_time import UNKNOWN_STATUS_PARTY, party_of
from portal.casework.querysets import CaseQuerySet
from portal.clocks.calendars import Span
from portal.clocks.explanations import in_words, party_label
from portal.clocks.parties import months_between, open_spans, to_the_minute
from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family

#: So many months fit one report.
MAX_MONTHS: Final = 36
_WATCHING_OVER_ALL: Final = (Family.OVERSIGHT, Family.ADMINISTRATION)


@dataclass(frozen=True)
class Cell:
    """Business minutes of one party, in one month, with cases of one kind and type."""

    kind: str
    topic: str
    party: str
    #: The first day of the month, local to the exchange.
    month: date
    minutes: int


@dataclass(frozen=True)
class Line:
    """One row of a table: minutes by party, in the order of the table's parties, and their sum."""

    key: Any
    minutes: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.minutes)

    @property
    def cells(self) -> list[tuple[int, str]]:
        """Minutes with their words."""
        return [(minutes, _words(minutes)) for minutes in self.minutes]

    @property
    def total_label(self) -> str:
        return _words(self.total)


@dataclass(frozen=True)
class PartyReport:
    """Who held the cases of a span of months; minutes are whole and add up."""

    cells: tuple[Cell, ...]

    @property
    def parties(self) -> list[str]:
        """Every party that held a case, the busiest first."""
        sums: dict[str, int] = {}
        for cell in self.cells:
            sums[cell.party] = sums.get(cell.party, 0) + cell.minutes
        return sorted(sums, key=lambda party: (-sums[party], party))

    @property
    def party_labels(self) -> list[str]:
        return [party_label(party) for party in self.parties]

    @property
    def by_type(self) -> list[Line]:
        """A line for each kind and type, the busiest first."""
        lines = self._lines(lambda cell: (cell.kind, cell.topic))
        return sorted(lines, key=lambda line: (-line.total, line.key))

    @property
    def by_month(self) -> list[Line]:
        return sorted(self._lines(lambda cell: cell.month), key=lambda line: line.key)

    @property
    def total(self) -> Line:
        """All cells together."""
        lines = self._lines(lambda cell: "")
        return lines[0] if lines else Line("", ())

    def _lines(self, key_of: Callable[[Cell], Any]) -> list[Line]:
        parties = self.parties
        sums: dict[Any, dict[str, int]] = {}
        for cell in self.cells:
            of_key = sums.setdefault(key_of(cell), {})
            of_key[cell.party] = of_key.get(cell.party, 0) + cell.minutes
        return [
            Line(key, tuple(found.get(party, 0) for party in parties))
            for key, found in sums.items()
        ]


#: Open seconds from the beginning of the report up to the instant ``{t}`` (epoch seconds).
_OPEN_UNTIL = """
    CASE width_bucket({t}, %(opened)s::bigint[]) WHEN 0 THEN 0
    ELSE (%(before)s::bigint[])[width_bucket({t}, %(opened)s::bigint[])]
        + least({t}, (%(closed)s::bigint[])[width_bucket({t}, %(opened)s::bigint[])])
        - (%(opened)s::bigint[])[width_bucket({t}, %(opened)s::bigint[])]
    END
"""

_REPORT = """
    WITH chosen (id, kind, topic) AS MATERIALIZED ({cases}),
    party AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(parties)s::jsonb)
            AS p(kind text, status text, party text)
    ),
    turn AS (
        SELECT e.case_id, c.kind, c.topic, e.to_status,
            floor(extract(epoch FROM e.at) / 60)::bigint * 60 AS since,
            lead(floor(extract(epoch FROM e.at) / 60)::bigint * 60)
                OVER (PARTITION BY e.case_id ORDER BY e.at, e.id) AS until
        FROM casework_timelineevent e
        JOIN chosen c ON c.id = e.case_id
        WHERE e.exchange_id = %(exchange)s AND e.at < to_timestamp(%(end)s)
            AND e.to_status <> '' AND e.to_status <> e.from_status
    ),
    hold AS (
        SELECT turn.kind, turn.topic,
            CASE WHEN party.status IS NULL THEN %(unknown)s ELSE party.party END AS party,
            greatest(since, %(start)s) AS since, coalesce(until, %(end)s) AS until
        FROM turn
        LEFT JOIN party ON party.kind = turn.kind AND party.status = turn.to_status
        WHERE coalesce(until, %(end)s) > greatest(since, %(start)s)
    ),
    part AS (
        SELECT kind, topic, party, month,
            greatest(since, (%(months)s::bigint[])[month]) AS since,
            least(until, (%(months)s::bigint[])[month + 1]) AS until
        FROM hold, generate_series(
            width_bucket(since, %(months)s::bigint[]), width_bucket(until, %(months)s::bigint[])
        ) AS month
        WHERE party IS NOT NULL
    )
    SELECT kind, topic, party, month, sum(({until}) - ({since}))::bigint / 60
    FROM part GROUP BY kind, topic, party, month
    HAVING sum(({until}) - ({since})) > 0
"""


def _words(minutes: int) -> str:
    """Hours and minutes in one piece: a narrow column must not break them."""
    return in_words(60 * minutes).replace(" ", "\N{NO-BREAK SPACE}")


def party_report(
    *,
    actor: Actor,
    first: date,
    last: date,
    now: datetime,
    kind: str = "",
    topic: str = "",
    queue_id: int | None = None,
) -> PartyReport:
    """Reckon the business minutes of the months from ``first`` to ``last``, both included.

    Months are local to the exchange, and any day of a month names it. Open holds count up to
    ``now`` (UTC), to the minute. Hours are those of the exchange's default calendar as it stands.

    Raises:
        NotAllowed: the actor may not see reports.
        ValueError: the months are in the wrong order, or more than :data:`MAX_MONTHS`.
    """
    actor.require("reports.view")
    tz = zone(actor.exchange.time_zone)
    months = months_between(
        datetime(first.year, first.month, 1, tzinfo=tz),
        datetime(last.year, last.month, 1, tzinfo=tz),
    )
    if not 0 < len(months) <= MAX_MONTHS:
        raise ValueError(f"A report covers 1 to {MAX_MONTHS} months, in order.")
    bounds = [*months, (months[-1] + timedelta(days=32)).replace(day=1)]
    start, end = bounds[0].astimezone(UTC), min(bounds[-1].astimezone(UTC), to_the_minute(now))
    calendar = default_calendar(actor.exchange_id)
    if calendar is None or end <= start:
        return PartyReport(())
    cases = _cases(actor, start, end, kind=kind, topic=topic, queue_id=queue_id)
    values = {
        "exchange": actor.exchange_id,
        "parties": json.dumps(_party_table()),
        "unknown": UNKNOWN_STATUS_PARTY,
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
        "months": [int(bound.timestamp()) for bound in bounds],
        **_arrays(open_spans(calendar, start, end)),
    }
    return PartyReport(
        tuple(
            Cell(kind, topic, party, months[month - 1].date(), minutes)
            for kind, topic, party, month, minutes in _fetch(cases, values)
        )
    )


def _cases(
    actor: Actor, start: datetime, end: datetime, *, kind: str, topic: str, queue_id: int | None
) -> CaseQuerySet:
    """The cases that were open at some moment of ``[start, end)`` and match the filters."""
    # Cases with a workspace of their own are no unit's work, and may be millions.
    listed = [kind.key for kind in kinds.listed_kinds(actor)]
    rows: CaseQuerySet = Case.objects.filter(exchange_id=actor.exchange_id, kind__in=listed)
    if actor.family not in _WATCHING_OVER_ALL:
        rows = rows.visible_to(actor)
    rows = rows.filter(Q(is_open=True) | Q(closed_at__gte=start), opened_at__lt=end)
    chosen = {"kind": kind, "topic": topic, "queue_id": queue_id}
    return rows.filter(**{name: value for name, value in chosen.items() if value})


def _party_table() -> list[dict[str, str | None]]:
    """Who holds a case of which kind in which status; null where that closes it."""
    return [
        {"kind": kind.key, "status": status, "party": party_of(kind.machine, status)}
        for kind in kinds.all_kinds()
        for status in kind.machine.statuses
    ]


def _arrays(spans: Iterable[Span]) -> dict[str, list[int]]:
    """The spans' beginnings and ends, and the open seconds that lie before each."""
    opened, closed, before, total = [], [], [], 0
    for begin, finish in spans:
        opened.append(begin)
        closed.append(finish)
        before.append(total)
        total += finish - begin
    return {"opened": opened, "closed": closed, "before": before}


def _fetch(cases: CaseQuerySet, values: dict[str, Any]) -> list[tuple[str, str, str, int, int]]:
    try:
        chosen, params = cases.values("pk", "kind", "topic").query.sql_with_params()
    except EmptyResultSet:
        return []
    named = {f"case_{number}": value for number, value in enumerate(params)}
    statement = _REPORT.format(
        cases=chosen % tuple(f"%({name})s" for name in named),
        until=_OPEN_UNTIL.format(t="until"),
        since=_OPEN_UNTIL.format(t="since"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, **named})
        return list(cursor.fetchall())
