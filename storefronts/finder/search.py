"""Which places a consumer is shown, and in which order (FL-02…FL-05, SF-11).

Storefronts come first, always; within storefronts, and within the others, the nearest comes first.
Only active listings are ever found. The database does the distance and asks the hours; a search is
one statement however many places there are, and what it returns are projections, never models.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.tenancy.models import Exchange
from storefronts.finder.where import Origin
from storefronts.hours import Hours, Opening, SpecialDays, as_asked, opening_at
from storefronts.models import Listing

PAGE_SIZE: Final = 20
#: Distances that are offered, in miles.
DISTANCES: Final = (5, 10, 25, 50, 100)
USUAL_DISTANCE: Final = 25
METERS_A_MILE: Final = 1_609.344
#: Farther than any two places of a state.
_ANYWHERE_MILES: Final = 1_200

_FITTING: Final = """
FROM storefronts_within(%(latitude)s, %(longitude)s, %(meters)s) AS near
JOIN storefronts_listing AS listing ON listing.id = near.listing_id
JOIN tenancy_organization AS organization ON organization.id = listing.organization_id
WHERE listing.state = 'active'
  AND (%(kind)s = '' OR listing.kind = %(kind)s)
  AND (%(language)s = '' OR %(language)s = ANY (listing.languages))
  AND (NOT %(open_now)s OR storefronts_is_open(
      listing.hours, listing.special_days, %(day)s, %(weekday)s, %(clock)s))
"""
_SEARCH: Final = f"""
SELECT listing.public_id, listing.kind, listing.name, organization.name, listing.street,
    listing.unit, listing.city, listing.state_code, listing.zip_code, listing.phone,
    listing.latitude, listing.longitude, listing.hours, listing.special_days, listing.languages,
    listing.services, listing.accessibility, near.meters, count(*) OVER ()
{_FITTING}
ORDER BY listing.kind <> 'storefront', near.meters, listing.id
LIMIT %(size)s OFFSET %(skip)s
"""
_NEAREST: Final = f"SELECT min(near.meters) {_FITTING}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One search."""

    origin: Origin
    miles: int = USUAL_DISTANCE
    #: As it stands in :data:`storefronts.choices.LANGUAGES`; empty: any.
    language: str = ""
    #: A value of ``Listing.Kind``; empty: any.
    kind: str = ""
    open_now: bool = False
    #: From 1.
    page: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the public sees it; nothing of it is about anybody but whoever offers help."""

    public_id: uuid.UUID
    kind: str
    name: str
    organization: str
    street: str
    unit: str
    city: str
    state: str
    zip_code: str
    phone: str
    latitude: float
    longitude: float
    hours: Hours
    special_days: SpecialDays
    languages: Sequence[str]
    services: Sequence[str]
    accessibility: Sequence[str]
    opening: Opening
    #: From where one searches, as the crow flies; None: nobody searched.
    meters: float | None = None

    @property
    def is_storefront(self) -> bool:
        """Whether it is pink and comes first."""
        return self.kind == Listing.Kind.STOREFRONT.value

    @property
    def kind_label(self) -> str:
        """What it is, in words: colour is never the only sign."""
        return {
            Listing.Kind.STOREFRONT.value: _("Storefront"),
            Listing.Kind.AGENT.value: _("Certified Insurance Agent"),
        }.get(self.kind, _("Certified Enrollment Counselor"))

    @property
    def miles(self) -> float | None:
        """The distance in miles, to a tenth."""
        return None if self.meters is None else round(self.meters / METERS_A_MILE, 1)

    @property
    def distance(self) -> str:
        """The distance in words; empty where nobody searched."""
        if self.miles is None:
            return ""
        if self.miles < 0.1:
            return _("less than 0.1 miles")
        return ngettext("%(miles)s mile", "%(miles)s miles", 1 if self.miles == 1 else 2) % {
            "miles": f"{self.miles:g}"
        }

    @property
    def address(self) -> str:
        """The address on one line."""
        street = f"{self.street}, {self.unit}" if self.unit else self.street
        return f"{street}, {self.city}, {self.state} {self.zip_code}"

    @property
    def dial(self) -> str:
        """The telephone number as a device dials it."""
        digits = "".join(character for character in self.phone if character.isdigit())
        return f"+1{digits}" if len(digits) == 10 else f"+{digits}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    ask: Ask
    places: Sequence[Place] = field(default_factory=tuple)
    total: int = 0
    #: Where nothing is near enough: the smallest offered distance with something; 0: nowhere.
    farther: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, ceil(self.total / PAGE_SIZE))

    @property
    def first(self) -> int:
        """The place in the whole list of the page's first, from 1."""
        return (self.ask.page - 1) * PAGE_SIZE + 1


def search(exchange: Exchange, ask: Ask, *, at: datetime) -> Found:
    """One page of the places that fit, storefronts first, the nearest first in each group.

    The transaction must work for the exchange. One statement; where nothing is found, another one
    looks for the nearest beyond.

    Args:
        at: the instant (UTC) for which “open now” is meant.
    """
    zone = ZoneInfo(exchange.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, _values(ask, at, zone))
        rows = cursor.fetchall()
        if rows:
            places = tuple(_place(row[:-1], at, zone) for row in rows)
            return Found(ask, places, rows[0][-1])
        if ask.page > 1:
            return Found(ask)
        cursor.execute(_NEAREST, {**_values(ask, at, zone), "meters": _meters(_ANYWHERE_MILES)})
        (nearest,) = cursor.fetchone()
    return Found(ask, farther=_offered(nearest))


def place_of(listing: Listing, *, at: datetime, zone: ZoneInfo) -> Place:
    """The public projection of one listing."""
    return Place(
        public_id=listing.public_id,
        kind=listing.kind,
        name=listing.name,
        organization=listing.organization.name,
        street=listing.street,
        unit=listing.unit,
        city=listing.city,
        state=listing.state_code,
        zip_code=listing.zip_code,
        phone=listing.phone,
        latitude=listing.latitude,
        longitude=listing.longitude,
        hours=listing.hours,
        special_days=listing.special_days,
        languages=listing.languages,
        services=listing.services,
        accessibility=listing.accessibility,
        opening=opening_at(listing.hours, listing.special_days, at, zone),
    )


def _values(ask: Ask, at: datetime, zone: ZoneInfo) -> Mapping[str, Any]:
    day, weekday, clock = as_asked(at, zone)
    return {
        "latitude": ask.origin.latitude,
        "longitude": ask.origin.longitude,
        "meters": _meters(ask.miles),
        "kind": ask.kind,
        "language": ask.language,
        "open_now": ask.open_now,
        "day": day,
        "weekday": weekday,
        "clock": clock,
        "size": PAGE_SIZE,
        "skip": (ask.page - 1) * PAGE_SIZE,
    }


def _place(row: Sequence[Any], at: datetime, zone: ZoneInfo) -> Place:
    *place, hours, special_days, languages, services, accessibility, meters = row
    # The driver hands JSON on as text; Django's fields read it, a cursor does not.
    hours, special_days = json.loads(hours), json.loads(special_days)
    opening = opening_at(hours, special_days, at, zone)
    read = (hours, special_days, languages, services, accessibility, opening, meters)
    return Place(*(*place, *read))


def _offered(meters: float | None) -> int:
    if meters is None:
        return 0
    return next((miles for miles in DISTANCES if _meters(miles) >= meters), 0)


def _meters(miles: float) -> float:
    return miles * METERS_A_MILE
