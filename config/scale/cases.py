"""Cases of the large population with everything that hangs on them, a chunk a statement.

One ``WITH`` draws the cases of a chunk and inserts them, their details, notes, events, clocks,
releases and search rows, so that no id is read back. It runs as the application within
the exchange: row-level security and every constraint hold. Two things are left out on purpose.
The ledger, because a row that nobody's act stands behind would be a lie in the record; and files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection

from config.scale.shape import Shape, statuses, waiting_statuses
from config.scale.sql import Chance, insert, literal, next_id
from config.scale.words import NAMES, RESOLUTIONS, SENTENCES
from escalations.constituent.models import ConstituentDetail
from escalations.releases.gate import GRANT
from escalations.releases.models import Release
from escalations.tickets.models import TicketDetail, TicketType
from notifications.models import Bell
from portal.casework import kinds
from portal.casework.models import (
    Case,
    CaseGroupPermission,
    CaseLink,
    CaseText,
    Note,
    OutboxMessage,
    TimelineEvent,
)
from portal.casework.opening import pattern_of
from portal.clocks.models import SlaPolicy, Timer, TimerEvent, TimerSegment
from portal.tenancy.models import Exchange, Membership, Organization

#: Queues in order of size; queues that are not named share the tail.
_BUSIEST = ("escalations-unit", "priority-support-unit", "program-assistance-unit", "appeals")
_POLICY = {"constituent": "constituent.update", "ticket": "ticket.resolve"}


@dataclass
class CaseSeeder:
    """Writes chunks of cases for one exchange, which must be the transaction's."""

    exchange: Exchange
    shape: Shape
    now: datetime
    parameters: dict[str, Any] = field(init=False)
    statement: str = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = self._parameters()
        self.statement = _statement(Chance(self.shape.seed, "s.i"), self.shape)

    def add(self, *, first: int, last: int) -> None:
        """Write the cases number ``first`` to ``last`` of the population, in two statements.

        Links come second: their trigger reads the cases, which a statement of its own sees.
        """
        with connection.cursor() as cursor:
            cursor.execute(self.statement, {**self.parameters, "first": first, "last": last})
            first_id, last_id = cursor.fetchone()
            cursor.execute(
                _links(), {"exchange": self.exchange.pk, "first": first_id, "last": last_id}
            )

    def _parameters(self) -> dict[str, Any]:
        exchange = self.exchange
        queues = list(Organization.objects.queues().filter(exchange=exchange))
        by_code = {queue.code: queue for queue in queues}
        busiest = [by_code[code] for code in _BUSIEST if code in by_code]
        external_affairs = by_code["external-affairs"]
        others = [q for q in queues if q not in busiest and q != external_affairs]
        offices = Organization.objects.filter(exchange=exchange, group__isnull=False).order_by("pk")
        staff: dict[int, list[int]] = {}
        for queue_id, person_id in (
            Membership.objects.current()
            .filter(organization__in=queues)
            .order_by("pk")
            .values_list("organization_id", "person_id")
        ):
            staff.setdefault(queue_id, []).append(person_id)
        policies = dict(SlaPolicy.objects.filter(exchange=exchange).values_list("key", "pk"))
        prefixes = {key: pattern_of(exchange, kinds.get(key)) for key in _POLICY}
        rosters = [(queue, person) for queue, people in staff.items() for person in people]
        return {
            "exchange": exchange.pk,
            "zone": exchange.time_zone,
            "now": self.now,
            "cases": self.shape.cases,
            "names": list(NAMES),
            "sentences": list(SENTENCES),
            "resolutions": list(RESOLUTIONS),
            "waiting": waiting_statuses(),
            "constituent_open": statuses("constituent", is_open=True),
            "constituent_ended": statuses("constituent", is_open=False),
            "ticket_open": statuses("ticket", is_open=True),
            "ticket_ended": statuses("ticket", is_open=False),
            "constituent_number": prefixes["constituent"],
            "ticket_number": prefixes["ticket"],
            "external_affairs": external_affairs.pk,
            "queues": [queue.pk for queue in busiest + others],
            "offices": [office.pk for office in offices],
            "groups": [office.group_id for office in offices],
            "roster_queues": [queue for queue, _ in rosters],
            "roster_people": [person for _, person in rosters],
            "constituent_policy": policies[_POLICY["constituent"]],
            "ticket_policy": policies[_POLICY["ticket"]],
            "types": list(
                TicketType.objects.filter(exchange=exchange)
                .order_by("pk")
                .values_list("pk", flat=True)
            ),
            "see_details": Permission.objects.get(
                codename=GRANT, content_type__app_label="casework"
            ).pk,
        }


def _statement(chance: Chance, shape: Shape) -> str:
    parts = {
        "base": _base(chance),
        "placed": _placed(chance),
        "rosters": (
            "SELECT queue_id, array_agg(person_id) AS people"
            " FROM unnest(%(roster_queues)s::bigint[], %(roster_people)s::bigint[])"
            " AS r(queue_id, person_id) GROUP BY queue_id"
        ),
        "drawn": _drawn(chance),
        "cases": _cases(),
        "constituents": _constituents(),
        "tickets": _tickets(chance),
        "texts": _texts(),
        "written": _written(chance, shape.notes_per_case),
        "notes": _notes(),
        "told": _told(),
        "clocks": _clocks(),
        "timers": _timers(),
        "segments": _segments(),
        "breaches": _breaches(),
        "signed": _signed(chance),
        "releases": _releases(),
        "grants": _grants(),
        "outbox": _outbox(chance),
        "bells": _bells(),
    }
    held = {"base", "placed", "drawn", "written", "clocks", "signed", "outbox"}
    queries = ",\n".join(
        f"{name} AS {'MATERIALIZED ' if name in held else ''}({query})"
        for name, query in parts.items()
    )
    return f"WITH {queries}\nSELECT min(id), max(id) FROM drawn"


def _base(chance: Chance) -> str:
    """What is drawn from the number alone. Later cases are newer, and more often open.

    Of all cases 40 percent are open: the integral of ``x ** 1.5``.
    """
    return f"""
        SELECT s.i, {next_id(Case)} AS id, nextval('casework_case_number') AS sequence,
            CASE WHEN {chance.share("kind")} < 0.35 THEN 'constituent' ELSE 'ticket' END AS kind,
            {chance.share("open")} < power(s.i::float8 / %(cases)s, 1.5) AS is_open,
            %(now)s - interval '1 hour'
                - interval '1095 days' * power(1 - s.i::float8 / %(cases)s, 2) AS opened_at
        FROM generate_series(%(first)s, %(last)s) AS s(i)
    """


def _placed(chance: Chance) -> str:
    """Status, queue and office."""

    def status(kind: str) -> str:
        sides = {side: chance.pick(f"%({kind}_{side})s::text[]", side) for side in _SIDES}
        return f"CASE WHEN s.is_open THEN {sides['open']} ELSE {sides['ended']} END"

    queue = chance.pick("%(queues)s::bigint[]", "queue", skew=3)
    office = f"1 + floor(cardinality(%(offices)s::bigint[]) * power({chance.share('office')}, 2))"
    return f"""
        SELECT s.*,
            CASE s.kind WHEN 'constituent' THEN {status("constituent")}
                ELSE {status("ticket")} END AS status,
            CASE s.kind WHEN 'constituent' THEN %(external_affairs)s::bigint
                ELSE {queue} END AS queue_id,
            CASE s.kind WHEN 'constituent' THEN ({office})::int END AS office_place,
            {chance.pick("%(names)s::text[]", "name", skew=1.5)} AS name,
            '5' || lpad(floor({chance.share("number")} * 1e9)::bigint::text, 9, '0') AS known_as,
            '916-555-01' || lpad(floor({chance.share("phone")} * 100)::text, 2, '0') AS phone,
            'person' || s.i || {literal("@mail.example")} AS email,
            {" || ' ' || ".join(chance.pick("%(sentences)s::text[]", f"say{n}") for n in range(3))}
                AS description
        FROM base s
    """


_SIDES = ("open", "ended")


def _drawn(chance: Chance) -> str:
    """Owner, deadline and number. One in eight open cases is late, one in five is due soon."""
    late = chance.share("late")
    lag = chance.share("lag")
    return f"""
        SELECT s.*, r.people,
            (%(offices)s::bigint[])[s.office_place] AS office_id,
            (%(groups)s::bigint[])[s.office_place] AS group_id,
            s.status = ANY(%(waiting)s) AS is_waiting,
            {chance.share("urgent")} < 0.06 AS is_urgent,
            CASE WHEN {chance.share("owned")} < (CASE WHEN s.is_open THEN 0.7 ELSE 0.97 END)
                THEN {chance.pick("r.people", "owner", skew=1.6)} END AS owner_id,
            CASE WHEN NOT s.is_open THEN
                least(s.opened_at + interval '1 day' + interval '40 days' * {lag}, %(now)s)
            END AS closed_at,
            CASE WHEN s.is_open THEN greatest(s.opened_at + interval '2 hours', %(now)s + CASE
                WHEN {late} < 0.12 THEN interval '-6 days' * {lag}
                WHEN {late} < 0.32 THEN interval '2 days' * {lag}
                ELSE interval '2 days' + interval '8 days' * {lag} END) END AS deadline,
            replace(replace(replace(
                CASE s.kind WHEN 'constituent' THEN %(constituent_number)s
                    ELSE %(ticket_number)s END,
                '{{year}}', to_char(s.opened_at AT TIME ZONE %(zone)s, 'YYYY')),
                '{{day}}', to_char(s.opened_at AT TIME ZONE %(zone)s, 'YYMMDD')),
                '{{sequence:06d}}', lpad(s.sequence::text, greatest(6, length(s.sequence::text)),
                '0')) AS number
        FROM placed s LEFT JOIN rosters r ON r.queue_id = s.queue_id
    """


def _cases() -> str:
    return insert(
        Case,
        {
            "id": "id",
            "exchange": "%(exchange)s",
            "number": "number",
            "kind": "kind",
            "status": "status",
            "is_open": "is_open",
            "is_waiting": "is_waiting",
            "is_urgent": "is_urgent",
            "organization": "office_id",
            "queue": "queue_id",
            "owner": "owner_id",
            "opened_at": "opened_at",
            "updated_at": "coalesce(closed_at, opened_at + (%(now)s - opened_at) * 0.8)",
            "closed_at": "closed_at",
            "due_at": "CASE WHEN NOT is_waiting THEN deadline END",
            "is_breached": "is_open AND NOT is_waiting AND deadline < %(now)s",
            "version": "9",
        },
        "FROM drawn",
    )


def _constituents() -> str:
    return insert(
        ConstituentDetail,
        {
            "exchange": "%(exchange)s",
            "case": "id",
            "channel": "'portal'",
            "description": "description",
            "constituent_name": "name",
            "case_or_application_id": "known_as",
            "date_of_birth": "DATE '1945-01-01' + (i * 37 %% 22000)::int",
            "phone": "phone",
            "email": "email",
        },
        "FROM drawn WHERE kind = 'constituent'",
    )


def _tickets(chance: Chance) -> str:
    return insert(
        TicketDetail,
        {
            "exchange": "%(exchange)s",
            "case": "s.id",
            "ticket_type": chance.pick("%(types)s::bigint[]", "type", skew=2),
            "summary": "s.description",
            "consumer_name": "s.name",
            "consumer_case_number": "s.known_as",
            "consumer_phone": "s.phone",
            "consumer_email": "s.email",
            "resolution_steps": (
                f"CASE WHEN s.is_open THEN '' ELSE"
                f" {chance.pick('%(resolutions)s::text[]', 'resolution')} END"
            ),
        },
        "FROM drawn s WHERE s.kind = 'ticket'",
    )


def _texts() -> str:
    """The same rows :func:`portal.casework.search.index_case` keeps."""
    return insert(
        CaseText,
        {
            "exchange": "%(exchange)s",
            "case": "id",
            "words": "to_tsvector('simple', name || ' ' || description)",
            "identifiers": "ARRAY[known_as, replace(phone, '-', ''), email]",
        },
        "FROM drawn",
    )


def _written(chance: Chance, notes: int) -> str:
    """Notes, evenly over the life of their case."""
    key = Chance(chance.seed, "s.i * 64 + n")
    body = " || ' ' || ".join(key.pick("%(sentences)s::text[]", f"note{n}") for n in range(2))
    return f"""
        SELECT {next_id(Note)} AS note_id, s.id AS case_id, s.kind AS case_kind,
            coalesce(s.owner_id, s.people[1]) AS author_id,
            s.kind = 'constituent' AND n %% 4 = 0 AS is_update,
            s.opened_at + (coalesce(s.closed_at, %(now)s) - s.opened_at) * n / {notes + 1.0} AS at,
            {body} AS body
        FROM drawn s CROSS JOIN generate_series(1, {notes}) AS g(n)
    """


def _notes() -> str:
    return insert(
        Note,
        {
            "id": "note_id",
            "exchange": "%(exchange)s",
            "case": "case_id",
            "kind": "CASE WHEN is_update THEN 'update' ELSE 'internal' END",
            "audience": "CASE WHEN is_update THEN 'detail' ELSE 'internal' END",
            "body": "body",
            "author": "author_id",
            "created_at": "at",
        },
        "FROM written",
    )


def _told() -> str:
    """The timeline: opened, taken, a line for each note, ended."""
    lines = """FROM (
        SELECT id AS case_id, opened_at AS at, 'opened' AS verb, 'status' AS audience,
            NULL::bigint AS actor_id, 'system' AS actor_role, '' AS from_status,
            CASE kind WHEN 'constituent' THEN 'received' ELSE 'new' END AS to_status,
            NULL::bigint AS note_id FROM drawn
        UNION ALL
        SELECT id, opened_at + interval '20 minutes', 'take', 'internal', owner_id, '', '', '', NULL
        FROM drawn WHERE owner_id IS NOT NULL
        UNION ALL
        SELECT case_id, at, CASE WHEN is_update THEN 'post_update' ELSE 'note' END,
            CASE WHEN is_update THEN 'status' ELSE 'internal' END, author_id, '', '', '', note_id
        FROM written
        UNION ALL
        SELECT id, closed_at, 'close', 'status', owner_id, '', '', status, NULL
        FROM drawn WHERE closed_at IS NOT NULL
    ) line"""
    return insert(
        TimelineEvent,
        {
            "exchange": "%(exchange)s",
            "case": "case_id",
            "at": "at",
            "verb": "verb",
            "audience": "audience",
            "actor": "actor_id",
            "actor_role": "actor_role",
            "from_status": "from_status",
            "to_status": "to_status",
            "note": "note_id",
        },
        lines,
    )


def _clocks() -> str:
    """One clock for each open case; it stands while the case waits for somebody."""
    return f"""
        SELECT {next_id(Timer)} AS timer_id, id AS case_id, kind, is_waiting, opened_at, deadline,
            deadline < %(now)s AND NOT is_waiting AS is_late
        FROM drawn WHERE is_open
    """


def _timers() -> str:
    return insert(
        Timer,
        {
            "id": "timer_id",
            "exchange": "%(exchange)s",
            "case_id": "case_id",
            "policy": (
                "CASE kind WHEN 'constituent' THEN %(constituent_policy)s"
                " ELSE %(ticket_policy)s END"
            ),
            "state": "CASE WHEN is_waiting THEN 'paused' ELSE 'running' END",
            "started_at": "opened_at",
            "due_at": "deadline",
            "warn_at": (
                "CASE WHEN NOT is_waiting AND deadline - interval '1 day' > %(now)s"
                " THEN deadline - interval '1 day' END"
            ),
            "breached_at": "CASE WHEN is_late THEN deadline END",
        },
        "FROM clocks",
    )


def _segments() -> str:
    source = """FROM (
        SELECT timer_id, 'unit' AS party, TRUE AS counted, opened_at AS since,
            CASE WHEN is_waiting THEN opened_at + interval '1 hour' END AS until FROM clocks
        UNION ALL
        SELECT timer_id, CASE kind WHEN 'constituent' THEN 'office' ELSE 'consumer' END, FALSE,
            opened_at + interval '1 hour', NULL FROM clocks WHERE is_waiting
    ) part"""
    names = {key: key for key in ("party", "counted", "since", "until")}
    return insert(TimerSegment, {"exchange": "%(exchange)s", "timer": "timer_id", **names}, source)


def _breaches() -> str:
    return insert(
        TimerEvent,
        {
            "exchange": "%(exchange)s",
            "timer": "timer_id",
            "kind": "'breach'",
            "deadline": "deadline",
            "raised_at": "deadline + interval '1 minute'",
        },
        "FROM clocks WHERE is_late",
    )


def _links() -> str:
    """Open tickets as work for constituent cases that are with a unit, one to one."""
    return insert(
        CaseLink,
        {
            "exchange": "%(exchange)s",
            "from_case": "t.id",
            "to_case": "c.id",
            "kind": "'child'",
            "to_kind": "'constituent'",
        },
        """FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM casework_case
                 WHERE id BETWEEN %(first)s AND %(last)s AND kind = 'ticket' AND is_open) t
           JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM casework_case
                 WHERE id BETWEEN %(first)s AND %(last)s AND status IN
                     ('assigned', 'in_resolution', 'awaiting_information')) c
           USING (place)""",
    )


def _signed(chance: Chance) -> str:
    """Releases for four constituent cases in ten, 30 days from the signature."""
    return f"""
        SELECT {next_id(Release)} AS release_id, s.id AS case_id, s.office_id, s.group_id, d.day
        FROM drawn s
        CROSS JOIN LATERAL (SELECT greatest(s.opened_at, CASE WHEN s.is_open
            THEN %(now)s - interval '28 days' * {chance.share("signed")}
            ELSE s.opened_at END) AS day) d
        WHERE s.kind = 'constituent' AND {chance.share("release")} < 0.4
    """


def _releases() -> str:
    ticked = ("is_signed", "is_dated", "names_recipient", "authorizes_details")
    return insert(
        Release,
        {
            "id": "release_id",
            "exchange": "%(exchange)s",
            "case": "case_id",
            "office": "office_id",
            "channel": "'recorded'",
            "state": "'valid'",
            "scope": "'office'",
            **dict.fromkeys(ticked, "TRUE"),
            "signed_on": "day::date",
            "valid_from": "day",
            "valid_until": "day + interval '30 days'",
            "received_at": "day",
            "decided_at": "day",
        },
        "FROM signed",
    )


def _grants() -> str:
    return insert(
        CaseGroupPermission,
        {
            "exchange": "%(exchange)s",
            "content_object": "case_id",
            "group": "group_id",
            "permission": "%(see_details)s",
        },
        "FROM signed WHERE day + interval '30 days' > %(now)s",
    )


def _outbox(chance: Chance) -> str:
    """Messages about deadlines, long sent; each left a line in its owner's bell."""
    query = insert(
        OutboxMessage,
        {
            "exchange": "%(exchange)s",
            "key": "'sla.breach'",
            "case": "s.id",
            "recipient": "s.owner_id",
            "dedupe_key": "'scale:' || s.id",
            "state": "'done'",
            "created_at": "s.deadline",
            "next_attempt_at": "s.deadline",
            "finished_at": "s.deadline",
        },
        f"FROM drawn s WHERE s.is_open AND s.owner_id IS NOT NULL"
        f" AND s.deadline < %(now)s AND {chance.share('bell')} < 0.6",
    )
    return f"{query} RETURNING id, case_id, recipient_id, created_at"


def _bells() -> str:
    return insert(
        Bell,
        {
            "exchange": "%(exchange)s",
            "person": "recipient_id",
            "message": "id",
            "key": "'sla.breach'",
            "case": "case_id",
            "created_at": "created_at",
            "read_at": "CASE WHEN id %% 3 = 0 THEN NULL ELSE created_at END",
        },
        "FROM outbox",
    )
