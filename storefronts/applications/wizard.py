"""The steps of an application, kept in a draft between pages and sessions (SF-02, C.6 1, 8).

What is typed is kept as it was typed, also when it is wrong, and never stands in an address. The
draft is encrypted and its writer's alone; nothing in it is trusted when it is read back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from portal.casework import drafts
from portal.casework.models import Draft
from portal.documents.models import Document
from portal.documents.services import open_document
from portal.tenancy.actor import Actor
from storefronts import photos as photo_rules
from storefronts.applications import selectors, services
from storefronts.applications.forms import DetailsForm, PlaceForm
from storefronts.models import Address, Listing, Photo, StorefrontApplication

#: Key of the drafts.
FORM: Final = "storefronts.apply"
#: The steps that are typed into, in order; photos and the review follow.
TYPED: Final = ("place", "details")
_BUTTONS: Final = frozenset({"csrfmiddlewaretoken", "continue", "save", "locate"})
_PLACE: Final = ("name", "street", "unit", "city", "zip_code", "phone")
_DETAILS: Final = ("hours", "special_days", "languages", "services", "accessibility")


@dataclass
class Sheet:
    """What is chosen and typed so far."""

    #: Public id of the existing location it is for; empty: a new one.
    listing: str = ""
    #: Number of the application it was copied from.
    copied_from: str = ""
    #: What a step begins with while nothing has been typed there, by step.
    start: dict[str, Any] = field(default_factory=dict)
    #: What was typed, by step: values by the name of the control.
    typed: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    #: Public ids of the photos in their order, and what each shows.
    order: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Sheet:
        """Whatever a draft holds, in the shape expected."""
        typed = _mapping(content.get("typed"))
        return cls(
            listing=_text(content.get("listing")),
            copied_from=_text(content.get("copied_from")),
            start={step: _mapping(_mapping(content.get("start")).get(step)) for step in TYPED},
            typed={
                step: {name: _texts(values) for name, values in _mapping(typed.get(step)).items()}
                for step in TYPED
            },
            order=_texts(content.get("order")),
            kinds={key: _text(kind) for key, kind in _mapping(content.get("kinds")).items()},
        )

    @property
    def name(self) -> str:
        """What the location is called so far; empty when it is not."""
        typed = self.typed.get("place", {}).get("name", [""])
        return typed[-1].strip() if any(typed) else _text(self.start.get("place", {}).get("name"))

    def type(self, step: str, data: MultiValueDict[str, Any] | Mapping[str, Any]) -> None:
        """Take what was typed in a step, without the page's buttons."""
        lists = data.lists() if isinstance(data, MultiValueDict) else data.items()
        self.typed[step] = {name: _texts(values) for name, values in lists if name not in _BUTTONS}


@dataclass(frozen=True)
class Begun:
    """A draft in the list of those that can be continued."""

    public_id: uuid.UUID
    title: str
    updated_at: datetime


@dataclass(frozen=True)
class DraftPhoto:
    """A photo of a draft, as the page shows it."""

    document: Document
    kind: str
    alt: str
    number: int


# --- Keeping ------------------------------------------------------------------------------------


def begin(
    *, actor: Actor, listing: Listing | None = None, start: Mapping[str, Any] | None = None
) -> uuid.UUID:
    """Begin an application; for an existing location, with what is known of it.

    Returns:
        The draft's id; the first step is at ``storefronts:apply-place``.

    Raises:
        NotAllowed: the actor may not apply.
        Listing.DoesNotExist: the location is not the actor's organization's.
        AlreadyApplied: an application for the location is not decided yet.
        ValidationError: there are too many drafts.
    """
    actor.require("storefronts.apply")
    sheet = Sheet(start=dict(start or {}))
    if listing is not None:
        if not selectors.locations_of(actor).filter(pk=listing.pk).exists():
            raise Listing.DoesNotExist
        if under_way := selectors.open_application_for(actor, listing=listing):
            raise services.AlreadyApplied(under_way.case.number)
        sheet.listing = str(listing.public_id)
        sheet.start = sheet.start or start_of(listing)
    return drafts.save_draft(actor=actor, form=FORM, content=asdict(sheet)).public_id


def start_for_listing(*, actor: Actor, listing: Listing) -> uuid.UUID:
    """Begin a new application for an existing location; see :func:`begin`."""
    return begin(actor=actor, listing=listing)


@transaction.atomic
def start_copy(*, actor: Actor, application: StorefrontApplication) -> uuid.UUID:
    """Begin a new application with everything of an old one but its attestations (C.6 8).

    The caller has shown the old one to the actor. A photo a colleague added is stored anew, as
    the actor's own.
    """
    listing = application.listing
    if listing and not selectors.locations_of(actor).filter(pk=listing.pk).exists():
        listing = None
    start = start_of(application)
    start["details"]["staff"] = list(
        selectors.staff_to_choose(actor)
        .filter(pk__in=application.staff.values("pk"))
        .values_list("pk", flat=True)
    )
    public_id = begin(actor=actor, listing=listing, start=start)
    draft = drafts.load_draft(actor=actor, public_id=public_id)
    order, kinds = [], {}
    for photo in application.photos.select_related("document"):
        document = _own_copy(actor, draft, photo.document)
        order.append(str(document.public_id))
        kinds[str(document.public_id)] = photo.kind

    def change(sheet: Sheet) -> None:
        sheet.copied_from = application.case.number
        sheet.order, sheet.kinds = order, kinds

    update(actor=actor, public_id=public_id, change=change)
    return public_id


def start_of(place: Address) -> dict[str, Any]:
    """What the typed steps begin with for a location that is known."""
    known: dict[str, Any] = {key: getattr(place, key) for key in _PLACE}
    if place.is_placed_by_hand:
        known |= {
            "latitude": round(place.latitude, 5),
            "longitude": round(place.longitude, 5),
            "placed_for": place.zip_code,
        }
    return {"place": known, "details": {key: getattr(place, key) for key in _DETAILS}}


def find(*, actor: Actor, public_id: uuid.UUID) -> Draft | None:
    """The actor's draft with this id."""
    return drafts.drafts_of(actor=actor, form=FORM).filter(public_id=public_id).first()


@transaction.atomic
def update(*, actor: Actor, public_id: uuid.UUID, change: Callable[[Sheet], None]) -> Sheet:
    """Change what a draft holds; two windows change one after the other.

    Raises:
        Draft.DoesNotExist: the actor has no such draft.
        SsnRefused: a text holds a Social Security number; what was kept before stays.
        ValidationError: the texts are too long.
    """
    rows = drafts.drafts_of(actor=actor, form=FORM).select_for_update()
    sheet = Sheet.of(rows.get(public_id=public_id).content)
    change(sheet)
    drafts.save_draft(actor=actor, form=FORM, content=asdict(sheet), public_id=public_id)
    return sheet


def begun(actor: Actor) -> list[Begun]:
    """The actor's drafts, the latest first, for “Continue a draft” (decision 17)."""
    return [
        Begun(row.public_id, Sheet.of(row.content).name or "A new location", row.updated_at)
        for row in drafts.drafts_of(actor=actor, form=FORM)
    ]


# --- Steps --------------------------------------------------------------------------------------


def place_form(*, actor: Actor, sheet: Sheet, checked: bool = False) -> PlaceForm:
    """Step 1 as it was left; ``checked``: with what is wrong."""
    bound = PlaceForm(_as_sent(sheet.typed.get("place")), exchange=actor.exchange)
    if checked:
        return bound
    known = _values(bound) if sheet.typed.get("place") else sheet.start.get("place")
    return PlaceForm(exchange=actor.exchange, initial=known)


def details_form(*, actor: Actor, sheet: Sheet, checked: bool = False) -> DetailsForm:
    """Step 2 as it was left; ``checked``: with what is wrong."""
    bound = DetailsForm(_as_sent(sheet.typed.get("details")), actor=actor)
    if checked:
        return bound
    typed = sheet.typed.get("details")
    known = _values(bound) if typed else sheet.start.get("details") or {"languages": ["English"]}
    return DetailsForm(actor=actor, initial=known)


def photos_in(draft: Draft, sheet: Sheet) -> list[DraftPhoto]:
    """The draft's photos in their order; those just added last."""
    place = {public_id: number for number, public_id in enumerate(sheet.order)}
    rows = [row.document for row in drafts.documents_of(draft)]
    rows.sort(key=lambda document: place.get(str(document.public_id), len(place)))
    seen: dict[str, int] = {}
    shown = []
    for number, document in enumerate(rows, start=1):
        kind = sheet.kinds.get(str(document.public_id), "")
        kind = kind if kind in Photo.Kind.values else ""
        seen[kind] = seen.get(kind, 0) + 1
        alt = photo_rules.alt_text(sheet.name, kind, seen[kind])
        shown.append(DraftPhoto(document, kind, alt, number))
    return shown


def arrange(
    *, actor: Actor, public_id: uuid.UUID, kinds: Mapping[str, str], move: str = "", by: int = 0
) -> Sheet:
    """Keep what each photo shows, and move one up (``by=-1``) or down (``by=1``).

    Args:
        kinds: by the photo's public id; ids of other photos are passed over.
    """
    draft = drafts.load_draft(actor=actor, public_id=public_id)

    def change(sheet: Sheet) -> None:
        order = [str(photo.document.public_id) for photo in photos_in(draft, sheet)]
        if move in order and by:
            place = order.index(move)
            order.insert(max(place + by, 0), order.pop(place))
        sheet.order = order
        sheet.kinds = {
            key: kinds.get(key, sheet.kinds.get(key, ""))
            for key in order
            if kinds.get(key, sheet.kinds.get(key, "")) in Photo.Kind.values
        }

    return update(actor=actor, public_id=public_id, change=change)


def listing_of(actor: Actor, sheet: Sheet) -> Listing | None:
    """The existing location it is for, as far as it is one of the organization's now."""
    try:
        public_id = uuid.UUID(sheet.listing)
    except ValueError:
        return None
    return selectors.locations_of(actor).filter(public_id=public_id).first()


def missing_step(*, actor: Actor, draft: Draft, sheet: Sheet) -> str | None:
    """The first step that is not complete, by URL name; None: it can be submitted."""
    if not place_form(actor=actor, sheet=sheet, checked=True).is_valid():
        return "storefronts:apply-place"
    if not details_form(actor=actor, sheet=sheet, checked=True).is_valid():
        return "storefronts:apply-details"
    if services.problems_with_photos([photo.kind for photo in photos_in(draft, sheet)]):
        return "storefronts:apply-photos"
    return None


@transaction.atomic
def submit(*, actor: Actor, public_id: uuid.UUID) -> StorefrontApplication:
    """Make the draft an application, exactly once.

    A second submission of it, even at the same moment, answers the first one's application.

    Raises:
        Draft.DoesNotExist: the actor never had such a draft.
        Listing.DoesNotExist: the existing location is not the organization's any more.
        ValidationError: something is missing or wrong; names the field.
        AlreadyApplied, AlreadyListed, Refused: see :func:`services.submit_application`.
    """
    rows = drafts.drafts_of(actor=actor, form=FORM).select_for_update()
    draft = rows.filter(public_id=public_id).first()
    if draft is None:
        if made := services.made_of(actor=actor, draft=public_id):
            return made
        raise Draft.DoesNotExist
    sheet = Sheet.of(draft.content)
    place = place_form(actor=actor, sheet=sheet, checked=True)
    details = details_form(actor=actor, sheet=sheet, checked=True)
    for form in (place, details):
        if not form.is_valid():
            raise forms.ValidationError(form.errors.as_data())
    listing = listing_of(actor, sheet)
    if sheet.listing and listing is None:
        raise Listing.DoesNotExist
    by_hand = place.cleaned_data["is_placed_by_hand"]
    application = services.submit_application(
        actor=actor,
        place=services.Place(
            **{key: place.cleaned_data[key] for key in _PLACE},
            **{key: details.cleaned_data[key] for key in _DETAILS},
            latitude=place.cleaned_data["latitude"] if by_hand else None,
            longitude=place.cleaned_data["longitude"] if by_hand else None,
        ),
        staff=list(details.chosen_staff),
        attested=details.attested,
        photos=[(photo.document, photo.kind) for photo in photos_in(draft, sheet)],
        listing=listing,
        copied_from=_copied_from(actor, sheet),
        draft=public_id,
    )
    drafts.discard_draft(actor=actor, public_id=public_id)
    return application


def _copied_from(actor: Actor, sheet: Sheet) -> StorefrontApplication | None:
    return StorefrontApplication.objects.filter(
        exchange_id=actor.exchange_id,
        case__number=sheet.copied_from,
        case__organization_id__in=actor.organization_ids,
    ).first()


def _own_copy(actor: Actor, draft: Draft, document: Document) -> Document:
    if document.uploaded_by_id == actor.person_id:
        drafts.add_document(actor=actor, draft=draft, document=document, purpose="photo")
        return document
    file = ContentFile(open_document(document), name=document.original_name)
    return photo_rules.add_to_draft(actor=actor, draft=draft, file=file)


def _as_sent(typed: Mapping[str, Iterable[str]] | None) -> QueryDict:
    """What was typed, as the browser sent it."""
    sent = QueryDict(mutable=True)
    for name, values in (typed or {}).items():
        sent.setlist(name, list(values))
    return sent


def _values(bound: forms.Form) -> dict[str, Any]:
    """What the controls of a form that was sent show."""
    return {name: bound[name].value() for name in bound.fields}


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): one for key, one in value.items()} if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [one for one in values if isinstance(one, str)]
