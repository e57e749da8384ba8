"""The demonstration's feeds: files of the eligibility system, imported like anybody's.

They are written into the state directory, so that a visitor can look at them, change a line and
import them again. The same present makes the same files.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from config.demo.people import Invented, invent_people, invent_relative
from config.services import state_dir
from portal.consumers.feeds import FeedKind
from portal.consumers.imports import import_file
from portal.consumers.mirror_feeds import (
    APPLICATIONS,
    CONSENTS,
    CONSUMERS,
    DELEGATIONS,
    ENROLLMENTS,
    KINDS,
    NOTICES,
)
from portal.consumers.models import FeedRun
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: The exchange whose eligibility system the demonstration plays.
EXCHANGE = "covered-california"
HOUSEHOLDS = 200
PEOPLE = 400
_SEED = 1

Row = Mapping[str, str]

_COUNTIES = {
    "90011": "Los Angeles",
    "92083": "San Diego",
    "93702": "Fresno",
    "94103": "San Francisco",
    "94601": "Alameda",
    "95023": "San Benito",
    "95340": "Merced",
    "95823": "Sacramento",
    "96001": "Shasta",
}
#: Carrier, plan, metal tier, and a monthly premium for somebody of forty.
_HEALTH_PLANS = (
    ("Meadowlark Health Plan", "Meadowlark Bronze 60 HMO", "Bronze", 356),
    ("Meadowlark Health Plan", "Meadowlark Silver 70 HMO", "Silver", 472),
    ("Meadowlark Health Plan", "Meadowlark Silver 87 HMO", "Silver", 472),
    ("Meadowlark Health Plan", "Meadowlark Gold 80 HMO", "Gold", 548),
    ("Pacific Crest Health Plan", "Pacific Crest Bronze 60 HDHP PPO", "Bronze", 371),
    ("Pacific Crest Health Plan", "Pacific Crest Silver 73 PPO", "Silver", 509),
    ("Pacific Crest Health Plan", "Pacific Crest Silver 94 PPO", "Silver", 509),
    ("Pacific Crest Health Plan", "Pacific Crest Platinum 90 PPO", "Platinum", 667),
)
_DENTAL_PLANS = (
    ("Golden Valley Dental", "Golden Valley Family Dental HMO", "", 21),
    ("Golden Valley Dental", "Golden Valley Family Dental PPO", "", 47),
)
#: Who has a household: organization, enroller (or nobody in particular), share of a hundred.
_HANDS = (
    ("", "", 36),
    ("sunrise", "agent2@sunrise.example", 22),
    ("sunrise", "agent2b@sunrise.example", 11),
    ("sunrise", "agent1@sunrise.example", 9),
    ("sunrise", "", 3),
    ("harbor", "agent2@harbor.example", 9),
    ("bridge-clinic", "cec@bridge.example", 10),
)
#: What became of the coverage by the renewal: status and share of a hundred.
_RENEWALS = (
    ("enrolled", 55),
    ("selected", 8),
    ("pending", 12),
    ("canceled", 15),
    ("terminated", 4),
    ("", 6),
)
#: Nearest year's application: status and share of a hundred.
_APPLICATIONS = (
    ("determined", 76),
    ("submitted", 10),
    ("in_progress", 8),
    ("started", 4),
    ("withdrawn", 2),
)
_BEST_TIMES = ("", "", "after 5 pm", "mornings", "at lunch time", "Saturdays")


def import_mirror(*, exchange: Exchange, now: datetime) -> int:
    """Write and import the files, unless they are in; returns how many consumers came.

    Args:
        now: the demonstration's present (UTC): nothing in the files happens after it.
    """
    if exchange.slug != EXCHANGE:
        return 0
    with use_exchange(exchange):
        done = FeedRun.objects.filter(
            exchange=exchange, kind__in=[kind.key for kind in KINDS], state=FeedRun.State.DONE
        )
        if len(set(done.values_list("kind", flat=True))) == len(KINDS):
            return 0
    folder = state_dir() / "demo-feeds"
    folder.mkdir(mode=0o700, exist_ok=True)
    today = now.astimezone(ZoneInfo(exchange.time_zone)).date()
    new = 0
    for kind, rows in write_rows(today):
        path = folder / f"{kind.key}.csv"
        _write(path, kind, rows)
        run = import_file(kind=kind, exchange=exchange, path=path, at=now)
        if kind is CONSUMERS:
            new = run.rows_new
    return new


def write_rows(today: date) -> list[tuple[FeedKind, list[Row]]]:
    """The rows of every file, in the order of import, as the eligibility system has them today.

    The people of the demonstration's cases are the households' primary contacts.
    """
    random = Random(_SEED)  # noqa: S311 - nothing secret depends on it
    households = _households(random)
    clock = _Clock(today, random)
    return [
        (CONSUMERS, [row for home in households for row in home.consumers(clock)]),
        (APPLICATIONS, [home.application(clock) for home in households]),
        (ENROLLMENTS, [row for home in households for row in _enrollments(home, clock)]),
        (CONSENTS, [row for home in households for row in _consents(home, clock)]),
        (NOTICES, [row for home in households for row in _notices(home, clock)]),
        (DELEGATIONS, [row for home in households for row in _delegations(home, clock)]),
    ]


@dataclass(frozen=True)
class _Clock:
    """Today, and the plan years around it."""

    today: date
    random: Random

    @property
    def next_year(self) -> int:
        """The plan year people renew for, or renewed for last: renewal begins in October."""
        return self.today.year + (self.today.month >= 10)

    def between(self, first: date, last: date) -> date:
        """A day from ``first`` to ``last``, and never after today."""
        last = max(first, min(last, self.today))
        return min(first + timedelta(days=self.random.randint(0, (last - first).days)), self.today)

    def since(self, days: int) -> date:
        """One of the last ``days`` days."""
        return self.between(self.today - timedelta(days=days), self.today)

    def pick(self, weighted: Sequence[tuple[str, int]]) -> str:
        """A word by its share."""
        words, weights = zip(*weighted, strict=True)
        return str(self.random.choices(words, weights)[0])


@dataclass(frozen=True)
class _Home:
    """A household: its people, the first of them the primary contact."""

    number: int
    members: Sequence[Invented]

    def person_id(self, member: int) -> str:
        """Six digits: the household's number and the member's place."""
        return f"{170_000 + 10 * self.number + member}"

    def consumers(self, clock: _Clock) -> Iterable[Row]:
        best_time = clock.random.choice(_BEST_TIMES)
        for place, person in enumerate(self.members):
            yield {
                "person_id": self.person_id(place),
                "case_number": person.case_number,
                "application_id": f"A-{clock.next_year}-{self.number:06d}",
                "full_name": person.name,
                "date_of_birth": person.born.isoformat(),
                # The area 987 was never given to anybody.
                "ssn": f"987-65-{1000 + 10 * self.number + place:04d}" if place < 2 else "",
                "phone": person.phone,
                "email": person.email,
                "language": person.language,
                "zip_code": person.zip_code,
                "county": _COUNTIES[person.zip_code],
                "is_primary_contact": "no" if place else "yes",
                "best_time": "" if place else best_time,
            }

    def application(self, clock: _Clock) -> Row:
        status = clock.pick(_APPLICATIONS)
        is_signed = status in ("determined", "submitted")
        opening = date(clock.next_year - 1, 10, 1)
        return {
            "application_id": f"A-{clock.next_year}-{self.number:06d}",
            "case_number": self.members[0].case_number,
            "year": str(clock.next_year),
            "program": "Covered California",
            "status": status,
            "signed_on": clock.between(opening, clock.today).isoformat() if is_signed else "",
        }


def _households(random: Random) -> list[_Home]:
    heads = invent_people(HOUSEHOLDS, seed=_SEED)
    sizes = [1] * HOUSEHOLDS
    while sum(sizes) < PEOPLE:
        chosen = random.randrange(HOUSEHOLDS)
        sizes[chosen] += sizes[chosen] < 6
    return [
        _Home(
            number,
            [head, *(invent_relative(head, number=n, random=random) for n in range(1, size))],
        )
        for number, (head, size) in enumerate(zip(heads, sizes, strict=True))
    ]


def _enrollments(home: _Home, clock: _Clock) -> Iterable[Row]:
    """Health coverage of this year and the next for everybody, and dental for some."""
    plan = clock.random.choice(_HEALTH_PLANS)
    renewed = clock.random.choice(_HEALTH_PLANS) if clock.random.random() < 0.25 else plan
    dental = clock.random.choice(_DENTAL_PLANS) if clock.random.random() < 0.3 else None
    outcome = clock.pick(_RENEWALS)
    for place, person in enumerate(home.members):
        this_year = clock.next_year - 1
        yield _enrollment(home, place, person, clock, plan, this_year, "enrolled")
        if dental:
            yield _enrollment(home, place, person, clock, dental, this_year, "enrolled", "dental")
        if outcome:
            yield _enrollment(home, place, person, clock, renewed, clock.next_year, outcome)


def _enrollment(
    home: _Home,
    place: int,
    person: Invented,
    clock: _Clock,
    plan: tuple[str, str, str, int],
    year: int,
    status: str,
    product: str = "health",
) -> Row:
    carrier, name, tier, base = plan
    age = max(0, year - person.born.year)
    premium = round(base * (0.75 if age < 21 else 0.6 + age / 100) * (1 + (year % 100 - 25) / 15))
    subsidy = 0 if product == "dental" else round(premium * (0.85, 0.6, 0.35, 0)[home.number % 4])
    opening = date(year - 1, 10, 1)
    return {
        "enrollment_id": f"E-{year}-{home.person_id(place)}-{product[0].upper()}",
        "person_id": home.person_id(place),
        "plan_year": str(year),
        "product": product,
        "carrier": carrier,
        "plan_name": name,
        "metal_tier": tier,
        "status": status,
        "status_since": clock.between(opening, date(year - 1, 12, 31)).isoformat(),
        "updates_pending": "yes" if status == "enrolled" and home.number % 23 == 0 else "no",
        "effective_from": date(year, 1, 1).isoformat(),
        "effective_to": date(year, 12, 31).isoformat(),
        "premium": f"{premium}.{10 * (home.number % 10):02d}",
        "subsidy": f"{subsidy}.00",
    }


def _consents(home: _Home, clock: _Clock) -> Iterable[Row]:
    """Most primary contacts gave consent; some of it runs out soon, some has."""
    if home.number % 9 == 0:
        return
    given = clock.since(5 * 365)
    given = given.replace(day=min(given.day, 28))
    years = clock.random.choice((1, 2, 3, 5, 5, 5))
    yield {
        "person_id": home.person_id(0),
        "kind": "verification",
        "given_on": given.isoformat(),
        "valid_through": given.replace(year=given.year + years).isoformat(),
    }


def _notices(home: _Home, clock: _Clock) -> Iterable[Row]:
    """The year's renewal notice, and what some are asked for (facts B.5)."""
    autumn = date(clock.next_year - 1, 10, 1)
    yield _notice(
        home, 1, "NOD12", "Renewal notice", clock.between(autumn, autumn + timedelta(20)), clock
    )
    if home.number % 3 == 0:
        yield _notice(
            home, 2, "NOD01", "Eligibility determination", clock.between(autumn, clock.today), clock
        )
    if home.number % 5 == 0:
        yield _notice(
            home, 3, "NOD03", "Warning – Documents Needed", clock.since(80), clock, asks=95
        )
    if home.number % 11 == 0:
        yield _notice(
            home, 4, "NOD11", "Authorization to verify income", clock.since(40), clock, asks=30
        )


def _notice(
    home: _Home, number: int, code: str, title: str, day: date, clock: _Clock, *, asks: int = 0
) -> Row:
    is_done = bool(asks) and home.number % 4 == 0
    return {
        "notice_id": f"N-{clock.next_year}-{home.person_id(0)}-{number}",
        "person_id": home.person_id(0),
        "code": code,
        "title": title,
        "generated_on": day.isoformat(),
        "needs_action": "yes" if asks else "no",
        "act_by": (day + timedelta(days=asks)).isoformat() if asks else "",
        "resolved_on": clock.between(day, clock.today).isoformat() if is_done else "",
    }


def _delegations(home: _Home, clock: _Clock) -> Iterable[Row]:
    """A household is with one enroller, or with nobody."""
    keys = [(f"{organization} {enroller}", share) for organization, enroller, share in _HANDS]
    organization, _, enroller = clock.pick(keys).partition(" ")
    if not organization:
        return
    since = min(clock.since(900), clock.today - timedelta(days=1))
    for place in range(len(home.members)):
        yield {
            "person_id": home.person_id(place),
            "organization": organization,
            "enroller": enroller,
            "since": since.isoformat(),
        }


def _write(path: Path, kind: FeedKind, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, kind.columns)
        writer.writeheader()
        writer.writerows(rows)
