"""What lies around a place applied for: other storefronts, its past, and its owner's other places.

PostgreSQL does the distances, over the index on active listings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import BooleanField, F, FloatField, Func, Q, Value
from django.db.models.functions import Upper

from portal.casework.models import Case
from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from storefronts.listings.selectors import place_of
from storefronts.models import Address, Listing, StorefrontApplication, earth
from storefronts.places import ZipArea
from storefronts.records import ListingChange
from storefronts.table import KIND, MACHINE

METERS_A_MILE: Final = 1609.344
#: How far around other storefronts are shown, in miles.
AROUND: Final = 1.0
#: Rows of each list; whoever needs more searches the listings.
MOST: Final = 20


@dataclass(frozen=True)
class Neighbor:
    """A storefront near the place."""

    name: str
    address: str
    owner: str
    miles: float
    latitude: float
    longitude: float
    is_owners: bool


@dataclass(frozen=True)
class Step:
    """Something that happened to the place before: an application, or a change of its listing."""

    on: date
    what: str
    by: str = ""
    #: Number of the application; empty for a change of the listing.
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class OtherPlace:
    """Another storefront of the same owner."""

    name: str
    city: str
    state: str
    tone: str


def neighbors_of(application: StorefrontApplication) -> list[Neighbor]:
    """Active storefronts within a mile, nearest first; the place's own listing is none of them."""
    here = _point(application.latitude, application.longitude)
    box = Func(here, Value(AROUND * METERS_A_MILE), function="earth_box")
    within = Func(box, earth(), template="(%(expressions)s)", arg_joiner=" @> ")
    within.output_field = BooleanField()
    rows = (
        Listing.objects.filter(
            within,
            exchange_id=application.exchange_id,
            kind=Listing.Kind.STOREFRONT,
            state=Listing.State.ACTIVE,
        )
        .exclude(pk=application.listing_id or 0)
        .annotate(meters=_meters(earth(), here), owner=F("organization__name"))
        .filter(meters__lte=AROUND * METERS_A_MILE)
        .order_by("meters", "pk")[:MOST]
    )
    return [
        Neighbor(
            row.name,
            address_line(row, row.state_code),
            row.owner,
            row.meters / METERS_A_MILE,
            row.latitude,
            row.longitude,
            is_owners=row.organization_id == application.case.organization_id,
        )
        for row in rows
    ]


def miles_from_zip(application: StorefrontApplication) -> float | None:
    """How far the place lies from the middle of its ZIP code; None: the ZIP code is unknown."""
    here = _point(application.latitude, application.longitude)
    found = ZipArea.objects.filter(pk=application.zip_code).annotate(meters=_meters(earth(), here))
    meters = found.values_list("meters", flat=True).first()
    return None if meters is None else meters / METERS_A_MILE


def history_of(application: StorefrontApplication, actor: Actor) -> list[Step]:
    """Earlier applications for the place and the changes of its listing, latest first.

    An application is for the same place when it is for the same listing, or has the same street
    and ZIP code.
    """
    local = zone(actor.exchange.time_zone)
    return sorted(
        [
            *_applications(application, actor, local),
            *_changes(application, local),
        ],
        key=lambda step: step.on,
        reverse=True,
    )[:MOST]


def other_places(application: StorefrontApplication) -> list[OtherPlace]:
    """The owner's other storefronts, those on the map first."""
    owner = application.case.organization_id
    if owner is None:
        return []
    rows = Listing.objects.filter(
        exchange_id=application.exchange_id,
        kind=Listing.Kind.STOREFRONT,
        organization_id=owner,
    ).exclude(pk=application.listing_id or 0)
    return [
        OtherPlace(
            row.name,
            row.city,
            row.get_state_display(),
            "success" if row.state == Listing.State.ACTIVE else "neutral",
        )
        for row in rows.order_by("state", "name", "pk")[:MOST]
    ]


def address_line(place: Address, state: str) -> str:
    """An address in one line; of a listing, ``state`` is something else than where it is."""
    unit = f", {place.unit}" if place.unit else ""
    return f"{place.street}{unit}, {place.city}, {state} {place.zip_code}"


def _applications(application: StorefrontApplication, actor: Actor, local: Any) -> Sequence[Step]:
    same = Q(storefront__zip_code=application.zip_code, street=application.street.upper())
    if application.listing_id:
        same |= Q(storefront__listing_id=application.listing_id)
    rows = (
        Case.objects.visible_to(actor)
        .filter(kind=KIND)
        .annotate(street=Upper("storefront__street"))
        .filter(same)
        .exclude(pk=application.case_id)
        .annotate(owner_name=F("organization__name"), reason=F("storefront__decision_reason"))
        .order_by("-opened_at", "-pk")[:MOST]
    )
    return [
        Step(
            row.opened_at.astimezone(local).date(),
            f"Application: {MACHINE.statuses[row.status].label}",
            row.owner_name or "",
            row.number,
            row.reason,
        )
        for row in rows
    ]


def _changes(application: StorefrontApplication, local: Any) -> Sequence[Step]:
    # A closed place is applied for as a new one; why it was closed or suspended is its past still.
    listing = place_of(application)
    if listing is None:
        return []
    rows = ListingChange.objects.filter(listing=listing).annotate(
        person_name=F("person__full_name")
    )
    return [
        Step(
            row.at.astimezone(local).date(),
            f"Listing: {row.get_verb_display()}",
            row.person_name or "System",
            reason=row.reason,
        )
        for row in rows.order_by("-at", "-pk")[:MOST]
    ]


def _point(latitude: float, longitude: float) -> Func:
    return Func(Value(latitude), Value(longitude), function="ll_to_earth")


def _meters(one: Func, other: Func) -> Func:
    return Func(one, other, function="earth_distance", output_field=FloatField())
