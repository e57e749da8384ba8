"""Consumers of the large population: households, coverage, and whose book they are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from config.scale.people import Enrollers
from config.scale.shape import Shape
from config.scale.sql import Chance, insert, literal, next_id
from config.scale.words import CARRIERS, FAMILIES, LANGUAGES, METALS, PLACES
from portal.consumers.models import Consumer, Delegation, Enrollment, Household
from portal.tenancy.models import Exchange

#: Of a hundred households, how many work with an enroller.
DELEGATED = 65
#: Ten consumers make five households, of one, one, two, two and four.
_TEN_CONSUMERS = (1, 2, 3, 3, 4, 4, 5, 5, 5, 5)
#: Numbers of the population's own households and people; the demonstration's begin otherwise.
_CASE_PREFIX, _PERSON_PREFIX = "59", "S"


def last_number(exchange: Exchange) -> int:
    """The number behind which the next consumers begin, a whole household's; 0 at first."""
    known = Consumer.objects.filter(exchange=exchange, person_id__regex=rf"^{_PERSON_PREFIX}\d+$")
    latest = known.order_by("-person_id").values_list("person_id", flat=True).first()
    taken = int(latest.removeprefix(_PERSON_PREFIX)) if latest else 0
    return -(-taken // len(_TEN_CONSUMERS)) * len(_TEN_CONSUMERS)


@dataclass
class ConsumerSeeder:
    """Writes chunks of consumers for one exchange, which must be the transaction's."""

    exchange: Exchange
    shape: Shape
    enrollers: Enrollers
    now: datetime
    parameters: dict[str, Any] = field(init=False)
    statement: str = field(init=False)

    def __post_init__(self) -> None:
        shape, enrollers = self.shape, self.enrollers
        self.parameters = {
            "exchange": self.exchange.pk,
            "now": self.now,
            "families": [family for family, *_ in FAMILIES],
            "givens": ["|".join(givens) for _, givens, _ in FAMILIES],
            "given_counts": [len(givens) for _, givens, _ in FAMILIES],
            "family_languages": [language for *_, language in FAMILIES],
            "languages": list(LANGUAGES),
            "zips": [zip_code for zip_code, _ in PLACES],
            "counties": [county for _, county in PLACES],
            "carriers": list(CARRIERS),
            "metals": list(METALS),
            "people": enrollers.people,
            "organizations": enrollers.organizations,
            "in_largest": enrollers.in_largest,
            "largest_share": shape.largest_agency / max(1, shape.crw_cases),
            "delegated": DELEGATED / 100 if enrollers.people else 0,
            "ten": list(_TEN_CONSUMERS),
        }
        self.statement = self._statement()

    def add(self, *, first: int, last: int) -> None:
        """Write the consumers number ``first`` to ``last``, with all that hangs on them."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, {**self.parameters, "first": first, "last": last})

    def _statement(self) -> str:
        parts = {
            "numbered": self._numbered(),
            "households": self._households(),
            "placed": f"SELECT *, {next_id(Household)} AS household_id FROM households",
            "drawn": self._drawn(),
            "add_households": self._add_households(),
            "add_consumers": self._add_consumers(),
            "add_delegations": self._add_delegations(),
            "add_enrollments": self._add_enrollments(),
        }
        held = {"placed", "drawn"}
        queries = ",\n".join(
            f"{name} AS {'MATERIALIZED ' if name in held else ''}({query})"
            for name, query in parts.items()
        )
        return f"WITH {queries}\nSELECT count(*) FROM drawn"

    @staticmethod
    def _numbered() -> str:
        return """
            SELECT i, 5 * ((i - 1) / 10) + (%(ten)s::int[])[1 + (i - 1) %% 10] AS h
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS s(i)
        """

    def _households(self) -> str:
        """What all members share: name, place, and who works for them."""
        chance = Chance(self.shape.seed, "h")
        people = "cardinality(%(people)s::bigint[])"
        return f"""
            SELECT h,
                1 + floor(cardinality(%(families)s::text[])
                    * power({chance.share("family")}, 1.2))::int AS family,
                1 + floor(cardinality(%(zips)s::text[])
                    * power({chance.share("place")}, 1.5))::int AS place,
                CASE
                    WHEN {chance.share("delegated")} >= %(delegated)s THEN NULL
                    WHEN {chance.share("largest")} < %(largest_share)s
                        THEN 1 + floor(%(in_largest)s * {chance.share("whose")})::int
                    ELSE 1 + least({people} - 1, floor(%(in_largest)s + ({people}
                        - %(in_largest)s) * power({chance.share("whose")}, 1.3)))::int
                END AS enroller
            FROM numbered GROUP BY h
        """

    def _drawn(self) -> str:
        chance = Chance(self.shape.seed, "n.i")
        given = f"""split_part((%(givens)s::text[])[p.family], '|',
            1 + floor((%(given_counts)s::int[])[p.family] * {chance.share("given")})::int)"""
        language = "(%(family_languages)s::text[])[p.family]"
        return f"""
            SELECT n.i, {next_id(Consumer)} AS id, p.household_id,
                '{_CASE_PREFIX}' || lpad(p.h::text, 8, '0') AS case_number,
                n.i = first_value(n.i) OVER (PARTITION BY p.h ORDER BY n.i) AS is_primary,
                {given} || ' ' || (%(families)s::text[])[p.family] AS full_name,
                CASE WHEN {language} <> '' AND {chance.share("speaks")} < 0.6 THEN {language}
                    ELSE {chance.pick("%(languages)s::text[]", "language")} END AS language,
                (%(now)s::date - 6570 - floor({chance.share("age")} * 16500)::int) AS birth,
                '916-555-01' || lpad(floor({chance.share("phone")} * 100)::text, 2, '0') AS phone,
                (%(zips)s::text[])[p.place] AS zip_code, (%(counties)s::text[])[p.place] AS county,
                (%(people)s::bigint[])[p.enroller] AS enroller_id,
                (%(organizations)s::bigint[])[p.enroller] AS organization_id,
                {chance.pick("%(carriers)s::text[]", "carrier", skew=1.5)} AS carrier,
                {chance.pick("%(metals)s::text[]", "metal", skew=1.3)} AS metal,
                round((280 + 620 * {chance.share("premium")})::numeric, 2) AS premium,
                round((60 + 300 * {chance.share("subsidy")})::numeric, 2) AS subsidy,
                %(now)s - interval '900 days' * {chance.share("since")} AS since
            FROM numbered n JOIN placed p ON p.h = n.h
        """

    @staticmethod
    def _add_households() -> str:
        names = ("case_number", "county", "zip_code")
        return insert(
            Household,
            {"id": "household_id", "exchange": "%(exchange)s", **{name: name for name in names}},
            "FROM drawn WHERE is_primary",
        )

    @staticmethod
    def _add_consumers() -> str:
        same = ("case_number", "full_name", "phone", "language", "zip_code")
        return insert(
            Consumer,
            {
                "id": "id",
                "exchange": "%(exchange)s",
                "household": "household_id",
                "is_primary_contact": "is_primary",
                "application_id": "'A' || lpad(i::text, 9, '0')",
                "person_id": f"'{_PERSON_PREFIX}' || lpad(i::text, 9, '0')",
                "date_of_birth": "birth",
                "email": "'consumer' || i || " + literal("@mail.example"),
                "organization": "organization_id",
                "enroller": "enroller_id",
                **{name: name for name in same},
            },
            "FROM drawn",
        )

    @staticmethod
    def _add_delegations() -> str:
        return insert(
            Delegation,
            {
                "exchange": "%(exchange)s",
                "consumer": "id",
                "organization": "organization_id",
                "enroller": "enroller_id",
                "status": f"'{Delegation.Status.ACTIVE}'",
                "origin": f"'{Delegation.Origin.FEED}'",
                "asked_at": "since",
                "decided_at": "since",
            },
            "FROM drawn WHERE enroller_id IS NOT NULL",
        )

    @staticmethod
    def _add_enrollments() -> str:
        """Everybody's health coverage of the present year."""
        return insert(
            Enrollment,
            {
                "exchange": "%(exchange)s",
                "consumer": "id",
                "enrollment_id": "'E' || lpad(i::text, 9, '0')",
                "plan_year": "extract(year FROM %(now)s)::int",
                "product": "'health'",
                "carrier_name": "carrier",
                "plan_name": "carrier || ' ' || metal",
                "status": f"'{Enrollment.Status.ENROLLED}'",
                "status_since": "since",
                "effective_from": "date_trunc('year', %(now)s)::date",
                "premium": "premium",
                "subsidy": "subsidy",
            },
            "FROM drawn",
        )
