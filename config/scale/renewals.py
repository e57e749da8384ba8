"""Renewal cases of the large population, with the work that was done on them.

Risks follow what was published for 2026: about one consumer in nine does not renew in an ordinary
year, and 22 of a hundred of those who lost the federal subsidy; 23 of a hundred renewed actively.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from config.scale.shape import Shape
from config.scale.sql import Chance, insert, next_id
from portal.casework import kinds
from portal.casework.models import Case, CaseText, TimelineEvent
from portal.casework.opening import pattern_of
from portal.consumers.models import Consumer
from portal.tenancy.models import Exchange
from retention.models import CrwCase, Interaction, ResolutionReason
from retention.reasons import found_reasons
from retention.table import KIND

#: Of a hundred cases, how many have each risk: three in ten consumers lost the subsidy.
RISKS = (1,) * 26 + (2,) * 29 + (3,) * 23 + (4,) * 14 + (5,) * 8
#: Of a hundred cases, how many are open.
OPEN = 55
#: Of a hundred cases that ended, how many for which reason.
ENDED = {
    "renewed": 41,
    "will_auto_renew": 17,
    "renewed_same_plan": 14,
    "renewed_changed_plan": 9,
    "declined_cost": 7,
    "unable_to_contact": 5,
    "declined_employer": 3,
    "declined_medi_cal": 2,
    "terminated": 1,
    "moved": 1,
}
#: As a worker finds them: how the last try ended.
_OUTCOMES = ("reached", "left_message", "left_message", "no_answer", "no_answer", "sent")
_CHANNELS = ("phone", "phone", "phone", "text", "email", "mail")
_REASONS = (
    "Loses the federal subsidy",
    "Premium rises by 20% or more",
    "Does not pay automatically",
    "Was renewed without choosing a plan last year",
    "No contact within 60 days",
)


@dataclass
class RenewalSeeder:
    """Writes renewal cases for one exchange, which must be the transaction's."""

    exchange: Exchange
    shape: Shape
    now: datetime
    parameters: dict[str, Any] = field(init=False)
    statement: str = field(init=False)

    def __post_init__(self) -> None:
        found_reasons(exchange=self.exchange)
        reasons = dict(
            ResolutionReason.objects.filter(exchange=self.exchange).values_list("key", "pk")
        )
        plan_year = self.now.year + (1 if self.now.month >= 9 else 0)
        self.parameters = {
            "exchange": self.exchange.pk,
            "now": self.now,
            "zone": self.exchange.time_zone,
            "plan_year": plan_year,
            "deadline": date(plan_year, 1, 31),
            "risks": list(RISKS),
            "ended": [reasons[key] for key, part in ENDED.items() for _ in range(part)],
            "by_system": [reasons["renewed"], reasons["terminated"]],
            "outcomes": list(_OUTCOMES),
            "channels": list(_CHANNELS),
            "why": list(_REASONS),
            "pattern": pattern_of(self.exchange, kinds.get(KIND)),
        }
        self.statement = self._statement()

    def add(self, *, after: int, limit: int) -> tuple[int, int]:
        """Write cases for the next consumers who have an enroller and no case of the year.

        Args:
            after: the id of a consumer; the cases are of later ones.

        Returns:
            How many cases were written, and the last consumer's id.
        """
        with connection.cursor() as cursor:
            cursor.execute(self.statement, {**self.parameters, "after": after, "limit": limit})
            count, last = cursor.fetchone()
        return count, last or after

    def _statement(self) -> str:
        parts = {
            "wanted": self._wanted(),
            "drawn": self._drawn(),
            "cases": self._cases(),
            "details": self._details(),
            "texts": self._texts(),
            "events": self._events(),
            "tries": self._tries(),
        }
        held = {"wanted", "drawn"}
        queries = ",\n".join(
            f"{name} AS {'MATERIALIZED ' if name in held else ''}({query})"
            for name, query in parts.items()
        )
        return f"WITH {queries}\nSELECT count(*), max(consumer_id) FROM drawn"

    def _wanted(self) -> str:
        chance = Chance(self.shape.seed, "c.id")
        return f"""
            SELECT c.id AS consumer_id, c.full_name, c.case_number, c.organization_id,
                c.enroller_id, {next_id(Case)} AS id,
                nextval('casework_case_number') AS sequence,
                {chance.pick("%(risks)s::int[]", "risk")} AS risk,
                {chance.share("open")} < {OPEN / 100} AS is_open,
                %(now)s - interval '75 days' * power({chance.share("opened")}, 1.4) AS opened_at,
                {chance.share("took")} AS took,
                floor(4 * power({chance.share("tries")}, 1.8))::int AS tries,
                {chance.pick("%(outcomes)s::text[]", "outcome")} AS outcome,
                {chance.pick("%(channels)s::text[]", "channel")} AS channel,
                {chance.pick("%(ended)s::bigint[]", "reason")} AS reason_id,
                {chance.pick("%(why)s::text[]", "why")} AS why
            FROM (
                SELECT * FROM {Consumer._meta.db_table} one
                WHERE one.exchange_id = %(exchange)s AND one.id > %(after)s
                    AND one.enroller_id IS NOT NULL AND one.organization_id IS NOT NULL
                    AND NOT EXISTS (SELECT FROM {CrwCase._meta.db_table} known
                        WHERE known.consumer_id = one.id AND known.plan_year = %(plan_year)s)
                ORDER BY one.id LIMIT %(limit)s
            ) c
        """

    @staticmethod
    def _drawn() -> str:
        return """
            SELECT *,
                CASE WHEN NOT is_open THEN opened_at + (%(now)s - opened_at) * took END
                    AS closed_at,
                CASE WHEN is_open THEN CASE WHEN tries > 0 THEN 'in_progress' ELSE 'new' END
                    ELSE 'closed' END AS status,
                opened_at + (%(now)s - opened_at) * took * 0.9 AS tried_at,
                NOT is_open AND reason_id = ANY(%(by_system)s) AS by_system,
                replace(replace(replace(%(pattern)s,
                    '{year}', to_char(opened_at AT TIME ZONE %(zone)s, 'YYYY')),
                    '{day}', to_char(opened_at AT TIME ZONE %(zone)s, 'YYMMDD')),
                    '{sequence:06d}', lpad(sequence::text, greatest(6, length(sequence::text)), '0')
                ) AS number
            FROM wanted
        """

    @staticmethod
    def _cases() -> str:
        same = ("id", "number", "status", "is_open", "opened_at", "closed_at")
        return insert(
            Case,
            {
                "exchange": "%(exchange)s",
                "kind": f"'{KIND}'",
                "organization": "organization_id",
                "owner": "enroller_id",
                "updated_at": "coalesce(closed_at, tried_at)",
                **{name: name for name in same},
            },
            "FROM drawn",
        )

    @staticmethod
    def _details() -> str:
        return insert(
            CrwCase,
            {
                "case": "id",
                "exchange": "%(exchange)s",
                "consumer": "consumer_id",
                "plan_year": "%(plan_year)s",
                "risk": "risk",
                "risk_reasons": "CASE WHEN risk > 3 THEN ARRAY[why] ELSE ARRAY[]::text[] END",
                "scored_at": "opened_at",
                "deadline": "%(deadline)s",
                "organization": "organization_id",
                "enroller": "enroller_id",
                "is_open": "is_open",
                "aged_from": "opened_at",
                "is_reached": "tries > 0 AND outcome = 'reached'",
                "last_contact_at": "CASE WHEN tries > 0 THEN tried_at END",
                "last_outcome": "CASE WHEN tries > 0 THEN outcome ELSE '' END",
                "next_contact_on": """CASE WHEN is_open AND tries > 0 AND id %% 4 = 0
                    THEN (%(now)s + interval '6 days' * took)::date END""",
                "interaction_count": "tries",
                "reason": "CASE WHEN NOT is_open THEN reason_id END",
                "steps": """CASE WHEN NOT is_open AND NOT by_system
                    THEN 'Called and went through the options of the renewal.' ELSE '' END""",
                "closed_at": "closed_at",
                "closed_by": "CASE WHEN NOT is_open AND NOT by_system THEN enroller_id END",
                "open_seconds": "extract(epoch FROM closed_at - opened_at)::int",
            },
            "FROM drawn",
        )

    @staticmethod
    def _texts() -> str:
        """By name and case number, as :mod:`retention.opening` keeps them."""
        return insert(
            CaseText,
            {
                "case": "id",
                "exchange": "%(exchange)s",
                "words": "to_tsvector('simple', full_name)",
                "identifiers": "ARRAY[case_number]",
            },
            "FROM drawn",
        )

    @staticmethod
    def _events() -> str:
        lines = """FROM (
            SELECT id AS case_id, opened_at AS at, 'opened' AS verb, 'status' AS audience,
                NULL::bigint AS actor_id, 'system' AS actor_role, '' AS from_status,
                'new' AS to_status FROM drawn
            UNION ALL
            SELECT id, tried_at, 'log_interaction', 'detail', enroller_id, '', 'new', 'in_progress'
            FROM drawn WHERE tries > 0
            UNION ALL
            SELECT id, closed_at, CASE WHEN by_system THEN 'close_by_system' ELSE 'close' END,
                'detail', CASE WHEN NOT by_system THEN enroller_id END,
                CASE WHEN by_system THEN 'system' ELSE '' END,
                CASE WHEN tries > 0 THEN 'in_progress' ELSE 'new' END, 'closed'
            FROM drawn WHERE NOT is_open
        ) line"""
        names = ("at", "verb", "audience", "actor_role", "from_status", "to_status")
        return insert(
            TimelineEvent,
            {
                "exchange": "%(exchange)s",
                "case": "case_id",
                "actor": "actor_id",
                **{name: name for name in names},
            },
            lines,
        )

    @staticmethod
    def _tries() -> str:
        return insert(
            Interaction,
            {
                "exchange": "%(exchange)s",
                "case": "id",
                "channel": "channel",
                "outcome": "outcome",
                "at": "tried_at",
                "by": "enroller_id",
            },
            "FROM drawn WHERE tries > 0",
        )
