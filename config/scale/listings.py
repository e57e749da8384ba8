"""Listings of the large population: where people live, open at office hours, in their languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from config.scale.people import Enrollers
from config.scale.words import NAMES
from portal.tenancy import services
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization
from storefronts import generation
from storefronts.addresses import STATES
from storefronts.choices import ACCESSIBILITY, LANGUAGES, SERVICES, WALK_IN
from storefronts.models import Listing, ZipArea

#: County → how many of a hundred of California's people live there, about; the rest of them is
#: spread over all other counties. Elsewhere every ZIP code counts alike.
PEOPLE = {
    "Los Angeles County": 25.0,
    "San Diego County": 8.4,
    "Orange County": 8.1,
    "Riverside County": 6.3,
    "San Bernardino County": 5.6,
    "Santa Clara County": 4.9,
    "Alameda County": 4.2,
    "Sacramento County": 4.0,
    "Contra Costa County": 3.0,
    "Fresno County": 2.6,
    "Kern County": 2.3,
    "San Francisco County": 2.1,
    "Ventura County": 2.1,
    "San Joaquin County": 2.0,
    "San Mateo County": 1.9,
    "Stanislaus County": 1.4,
    "Tulare County": 1.2,
    "Sonoma County": 1.2,
}
#: Of a hundred listings.
_KINDS = {Listing.Kind.STOREFRONT: 6, Listing.Kind.AGENT: 74, Listing.Kind.COUNSELOR: 20}
#: Within this many degrees of the ZIP code's centroid, about a mile and a half.
_AROUND = 0.02
_STREETS = ("Alder", "Cottage", "Figtree", "Harvest", "Juniper", "Mission", "Orchard", "Sequoia")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_WEEKS: tuple[dict[str, list[list[str]]], ...] = (
    {day: [["09:00", "17:00"]] for day in _WEEKDAYS},
    {day: [["08:30", "12:00"], ["13:00", "17:30"]] for day in _WEEKDAYS},
    {day: [["10:00", "18:30"]] for day in (*_WEEKDAYS[1:], "sat")},
    {**{day: [["09:00", "19:00"]] for day in _WEEKDAYS}, "sat": [["10:00", "15:00"]]},
    {day: [["12:00", "20:00"]] for day in ("tue", "thu", "sat", "sun")},
)
_CHUNK = 1_000


def found_entities(exchange: Exchange, wanted: int) -> list[Organization]:
    """The population's own entities, whose counselors are listed."""
    system = Actor.system(exchange, channel="scale")
    kind = Organization.Kind.ENTITY
    rows = Organization.objects.filter(exchange=exchange, kind=kind, code__startswith="entity-")
    for number in range(rows.count() + 1, wanted + 1):
        services.create_organization(
            actor=system, kind=kind, code=f"entity-{number:04d}", name=f"Community Center {number}"
        )
    return list(rows.order_by("pk"))


@dataclass
class Map:
    """ZIP codes of a state, drawn as often as people live there."""

    areas: Iterable[ZipArea]
    counties: dict[str, list[ZipArea]] = field(init=False)
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.counties = defaultdict(list)
        for area in self.areas:
            self.counties[area.county].append(area)
        known = PEOPLE.keys() & self.counties.keys()
        others = sum(len(found) for name, found in self.counties.items() if name not in known)
        rest = 100 - sum(PEOPLE[name] for name in known)
        self.weights = [
            PEOPLE[name] if name in known else rest * len(found) / others
            for name, found in self.counties.items()
        ]

    def draw(self, random: Random) -> ZipArea:
        """One ZIP code."""
        [county] = random.choices(list(self.counties), self.weights)
        return random.choice(self.counties[county])


def add_listings(
    *, exchange: Exchange, enrollers: Enrollers, count: int, seed: int, now: datetime
) -> int:
    """Add so many listings to an exchange that has storefronts; the same seed, the same places.

    Nineteen in twenty are shown. The exchange's scope must be set.

    Returns:
        How many there are more; none where the exchange has no finder or no enrollers.
    """
    state = STATES.get(exchange.slug)
    if not count or "storefront" not in exchange.modules or not state or not enrollers.people:
        return 0
    entities = [row.pk for row in found_entities(exchange, max(1, count // 200))]
    agents = list(zip(enrollers.people, enrollers.organizations, strict=True))
    places = Map(ZipArea.objects.filter(state=state).order_by("zip_code"))
    random = Random(seed)  # noqa: S311 - nothing secret depends on it
    made = _make(count, random, places, agents, entities, now)
    for listing in (rows := list(made)):
        listing.exchange_id, listing.state_code = exchange.pk, state
    Listing.objects.bulk_create(rows, batch_size=_CHUNK)
    generation.changed(exchange)
    return len(rows)


def _make(
    count: int,
    random: Random,
    places: Map,
    agents: Sequence[tuple[int, int]],
    entities: Sequence[int],
    now: datetime,
) -> Iterator[Listing]:
    kinds = random.choices(list(_KINDS), list(_KINDS.values()), k=count)
    states = random.choices(list(Listing.State), (95, 1, 2, 2), k=count)
    for number, (kind, state) in enumerate(zip(kinds, states, strict=True)):
        area = places.draw(random)
        person, organization = agents[number % len(agents)]
        name = NAMES[random.randrange(len(NAMES))]
        if kind == Listing.Kind.STOREFRONT:
            name = f"{area.city} Health Coverage Store {number}"
        services_ = {WALK_IN} if kind == Listing.Kind.STOREFRONT else {"appointments"}
        services_ |= set(random.sample([key for key, _ in SERVICES], k=2))
        yield Listing(
            kind=kind,
            state=state,
            state_since=now,
            updated_at=now,
            applied_on=_applied(random, now.date()) if kind == Listing.Kind.STOREFRONT else None,
            organization_id=(
                random.choice(entities) if kind == Listing.Kind.COUNSELOR else organization
            ),
            person_id=person if kind == Listing.Kind.AGENT else None,
            name=name[:120],
            street=f"{100 + number % 8900} {random.choice(_STREETS)} Street",
            city=area.city,
            zip_code=area.zip_code,
            county=area.county,
            latitude=area.latitude + random.uniform(-_AROUND, _AROUND),
            longitude=area.longitude + random.uniform(-_AROUND, _AROUND),
            is_placed_by_hand=True,
            phone=f"916-555-01{number % 100:02d}",
            hours=random.choice(_WEEKS),
            special_days=[{"date": f"{now.year}-12-25", "hours": [], "label": "Christmas Day"}],
            languages=_languages(random),
            services=sorted(services_),
            accessibility=[key for key, _ in ACCESSIBILITY if random.random() < 0.4],
        )


def _languages(random: Random) -> list[str]:
    """English nearly always, Spanish for four in ten, now and then one or two more."""
    spoken = {"English"} if random.random() < 0.97 else {"Spanish"}
    if random.random() < 0.4:
        spoken.add("Spanish")
    spoken |= set(random.sample(LANGUAGES[2:], k=random.choice((0, 0, 0, 0, 1, 2))))
    return [language for language in LANGUAGES if language in spoken]


def _applied(random: Random, today: date) -> date:
    """Within two years; the older ones are what a campaign is for (SF-09)."""
    return today - timedelta(days=random.randrange(730))
