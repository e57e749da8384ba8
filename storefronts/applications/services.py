"""Submitting a storefront application (SF-01, SF-02, C.6 2)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.search import index_case
from portal.casework.services import enqueue, open_case
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.documents.validation import texts_within
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person
from storefronts import photos as photo_rules
from storefronts.addresses import check_address, check_place, clean_phone
from storefronts.applications import selectors
from storefronts.choices import ACCESSIBILITY, ATTESTATIONS, LANGUAGES, SERVICES, WALK_IN
from storefronts.hours import validate_hours, validate_special_days
from storefronts.models import Listing, Photo, StorefrontApplication, StorefrontStaff
from storefronts.places import ZipArea
from storefronts.table import KIND, OPENING_CLOCKS

NOT_WALK_IN = (
    "A storefront takes people without an appointment: choose “Walk-ins welcome”. Appointments"
    " alone are not enough."
)


@dataclass(frozen=True)
class Place:
    """What the public will read about a location; the fields of ``models.Address``.

    Without ``latitude`` and ``longitude`` the location lies at its ZIP code's centroid.
    """

    name: str
    street: str
    city: str
    zip_code: str
    phone: str
    hours: Mapping[str, Any]
    languages: Collection[str]
    services: Collection[str]
    unit: str = ""
    latitude: float | None = None
    longitude: float | None = None
    special_days: Sequence[Mapping[str, Any]] = ()
    accessibility: Collection[str] = field(default_factory=tuple)


class AlreadyApplied(Refused):
    """An application for the same location waits for its decision; ``number`` is its number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"Application {number} for this location is not decided yet. Answer or withdraw that"
            " one first."
        )


class AlreadyListed(Refused):
    """A location entered as a new one is a storefront of the applicant's already."""

    def __init__(self) -> None:
        super().__init__(
            "You have a storefront at this address. Start again, and choose it as an existing"
            " location."
        )


@transaction.atomic
def submit_application(
    *,
    actor: Actor,
    place: Place,
    staff: Collection[Person],
    attested: Collection[str],
    photos: Sequence[tuple[Document, str]],
    listing: Listing | None = None,
    copied_from: StorefrontApplication | None = None,
    draft: uuid.UUID | None = None,
    at: datetime | None = None,
) -> StorefrontApplication:
    """Submit an application; Outreach and Sales gets it as Pending, with photos and staff.

    Args:
        listing: the existing location it is for; None: a new one.
        attested: keys of the attestations the applicant signed; all are needed.
        photos: each stored photo with its kind, a value of ``Photo.Kind``, in order.
        draft: the draft it was; a second submission answers the first one's application.
        at: when it was submitted (UTC); default now.

    Raises:
        NotAllowed: the actor is neither Agency Manager nor Entity Primary Contact (SF-01).
        Listing.DoesNotExist: the location is not the actor's organization's.
        ValidationError: something is missing or wrong; by field.
        SsnRefused: a text holds a Social Security number; nothing is kept.
        AlreadyApplied: an application for the location is not decided yet.
        AlreadyListed: the new location is an existing one.
        Refused: nobody is set up to review applications.
    """
    actor.require("storefronts.apply")
    if draft and (made := made_of(actor=actor, draft=draft)):
        return made
    if any(map(contains_ssn, texts_within(vars(place)))):
        raise SsnRefused("the application")
    area, checked = _check_place(actor, place)
    _check_people(actor, staff)
    _check_attested(attested)
    _check_photos(photos)
    _check_location(actor, listing, checked)
    queue = selectors.review_queue(actor.exchange_id)
    if queue is None or actor.organization is None:
        raise Refused("No team is set up to review this. Ask the exchange's administrator.")
    case = open_case(
        actor=actor,
        kind_key=KIND,
        organization=actor.organization,
        queue=queue,
        at=at,
        notifies=["storefronts.submitted"],
        clock_effects=OPENING_CLOCKS,
        event_data={"listing": listing.pk if listing else None, "photos": len(photos)},
    )
    application = StorefrontApplication.objects.create(
        exchange_id=actor.exchange_id,
        case=case,
        listing=listing,
        is_new_location=listing is None,
        attestations={row.key: row.version for row in ATTESTATIONS},
        applied_at=case.opened_at,
        copied_from=copied_from,
        draft=draft,
        county=area.county,
        state=area.state,
        **checked,
    )
    StorefrontStaff.objects.bulk_create(
        StorefrontStaff(exchange_id=actor.exchange_id, application=application, person=person)
        for person in staff
    )
    photo_rules.attach_photos(application=application, actor=actor, photos=photos)
    index_case(
        case=case,
        texts=[application.name, application.street, application.city, area.county],
        identifiers=[application.zip_code],
    )
    # Not tied to the event: the applicant is told its number, although it was their own act.
    enqueue(case=case, keys=["storefronts.received"])
    return application


def made_of(*, actor: Actor, draft: uuid.UUID) -> StorefrontApplication | None:
    """The actor's application that this draft became; None when it became none."""
    return (
        StorefrontApplication.objects.filter(
            case__in=Case.objects.visible_to(actor).filter(kind=KIND, opened_by=actor.person),
            draft=draft,
        )
        .select_related("case")
        .first()
    )


def check_services(services: Collection[str]) -> None:
    """See that a location takes walk-ins.

    Raises:
        ValidationError: it does not, or a service is not one of those offered.
    """
    if not set(services) <= {key for key, _ in SERVICES}:
        raise ValidationError({"services": "Choose from the services offered."})
    if WALK_IN not in services:
        raise ValidationError({"services": NOT_WALK_IN})


def problems_with_photos(kinds: Sequence[str]) -> list[str]:
    """What is missing from photos of these kinds, in sentences (C.6 2)."""
    problems = []
    if len(kinds) < photo_rules.FEWEST:
        have = "none yet" if not kinds else f"only {len(kinds)}"
        problems.append(f"Add at least {photo_rules.FEWEST} photos; there is {have}.")
    if len(kinds) > photo_rules.MOST:
        problems.append(f"An application has at most {photo_rules.MOST} photos. Remove some.")
    for number, kind in enumerate(kinds, start=1):
        if kind not in Photo.Kind.values:
            problems.append(f"Say what photo {number} shows.")
    if kinds and Photo.Kind.EXTERIOR.value not in kinds:
        problems.append("At least one photo must show the outside of the location with its sign.")
    return problems


def _check_place(actor: Actor, place: Place) -> tuple[ZipArea, dict[str, Any]]:
    area = check_address(actor.exchange, place.street, place.city, "", place.zip_code)
    latitude, longitude = area.latitude, area.longitude
    by_hand = place.latitude is not None and place.longitude is not None
    if place.latitude is not None and place.longitude is not None:
        latitude, longitude = place.latitude, place.longitude
        check_place(area, latitude, longitude)
    name = place.name.strip()
    if not name:
        raise ValidationError({"name": "Enter the name of the location."})
    check_services(place.services)
    if not place.languages or not set(place.languages) <= set(LANGUAGES):
        raise ValidationError({"languages": "Choose at least one of the languages."})
    if not set(place.accessibility) <= {key for key, _ in ACCESSIBILITY}:
        raise ValidationError({"accessibility": "Choose from what is offered."})
    hours = validate_hours(place.hours)
    if not hours:
        raise ValidationError({"hours": "Enter the hours of at least one day."})
    return area, {
        "name": name,
        "street": place.street.strip(),
        "unit": place.unit.strip(),
        "city": place.city.strip(),
        "zip_code": area.zip_code,
        "phone": clean_phone(place.phone),
        "latitude": latitude,
        "longitude": longitude,
        "is_placed_by_hand": by_hand,
        "hours": hours,
        "special_days": validate_special_days(list(place.special_days)),
        "languages": [one for one in LANGUAGES if one in place.languages],
        "services": [key for key, _ in SERVICES if key in place.services],
        "accessibility": [key for key, _ in ACCESSIBILITY if key in place.accessibility],
    }


def _check_people(actor: Actor, staff: Collection[Person]) -> None:
    if not staff:
        raise ValidationError({"staff": "Choose at least one enroller who works there."})
    keys = {person.pk for person in staff}
    if selectors.staff_to_choose(actor).filter(pk__in=keys).count() != len(keys):
        raise ValidationError({"staff": "Choose enrollers of your own agency or entity."})


def _check_attested(attested: Collection[str]) -> None:
    missing = {row.field: row.words for row in ATTESTATIONS if row.key not in attested}
    if missing:
        raise ValidationError({name: f"Confirm: {words}" for name, words in missing.items()})


def _check_photos(photos: Sequence[tuple[Document, str]]) -> None:
    problems = problems_with_photos([kind for _, kind in photos])
    if problems:
        raise ValidationError({"photos": problems})


def _check_location(actor: Actor, listing: Listing | None, checked: Mapping[str, Any]) -> None:
    """One undecided application a location, also when two managers submit at the same moment."""
    address = {key: checked[key] for key in ("street", "unit", "zip_code")}
    organization = actor.organization
    if organization is not None:
        # Whoever of the organization submits next waits here for this one to be there.
        type(organization).objects.select_for_update(no_key=True).only("pk").get(pk=organization.pk)
    locations = selectors.locations_of(actor)
    if listing is not None and not locations.filter(pk=listing.pk).exists():
        raise Listing.DoesNotExist
    if under_way := selectors.open_application_for(actor, listing=listing, **address):
        raise AlreadyApplied(under_way.case.number)
    same = locations.filter(
        street__iexact=address["street"],
        unit__iexact=address["unit"],
        zip_code=address["zip_code"],
    )
    if listing is None and same.exists():
        raise AlreadyListed
