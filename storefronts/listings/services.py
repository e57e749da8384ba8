"""What happens to a listing: published, edited, suspended, closed, shown again (C.6, SF-09, SF-11).

Each write is one transaction: the listing, its history, the ledger, the owner's message, and the
finder's generation, so that consumers see it with the commit. A campaign's lapse, which takes many
at once, is in :mod:`storefronts.campaigns.sweep`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.casework.machine import Conflict, Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import require_text, wake_dispatcher
from portal.clocks.reckoning import zone
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from storefronts import generation
from storefronts.addresses import clean_phone
from storefronts.choices import ACCESSIBILITY, LANGUAGES, SERVICES, WALK_IN
from storefronts.hours import validate_hours, validate_special_days
from storefronts.listings.selectors import EDIT, MANAGE, listings_of, place_of
from storefronts.models import Address, Listing, ListingChange, StorefrontApplication

Verb = ListingChange.Verb
State = Listing.State

#: What the owner changes at any time; everything else of a listing needs a new application.
EDITABLE: Final = ("phone", "hours", "special_days", "languages", "services", "accessibility")
REASON_LENGTH: Final = 400
#: States in which there is something for consumers, or will be again without an application.
STANDING: Final = frozenset({State.ACTIVE, State.SUSPENDED})
_REVIEW: Final = "storefronts.review"
#: By name on the listing → by name on the application.
_ADDRESS: Final = {
    "state_code" if field.name == "state" else field.name: field.name
    for field in Address._meta.local_fields
}

SUSPENDED: Final = "storefronts.listing_suspended"
REACTIVATED: Final = "storefronts.listing_reactivated"
CLOSED: Final = "storefronts.listing_closed"
LAPSED: Final = "storefronts.listing_lapsed"


@transaction.atomic
def publish(application: StorefrontApplication, *, actor: Actor) -> Listing:
    """Show an approved application's place to consumers; a new listing, or the one there was.

    The day of the application becomes the listing's, so that it has applied anew for every
    campaign before (SF-09). A lapsed or closed listing is there again. A suspended one stays
    suspended: its reason was not the application's. What the owner has edited since they applied
    is newer than the application and stays.

    Raises:
        NotAllowed: the actor reviews no applications.
        Refused: nobody brought the application.
    """
    actor.require(_REVIEW)
    organization = application.case.organization
    if organization is None:
        raise Refused("This application belongs to no agency or entity.")
    now = timezone.now()
    found = place_of(application)
    values = {name: getattr(application, source) for name, source in _ADDRESS.items()}
    applied_on = application.applied_at.astimezone(zone(actor.exchange.time_zone)).date()
    if found is None:
        listing = Listing.objects.create(
            exchange_id=actor.exchange_id,
            organization=organization,
            kind=Listing.Kind.STOREFRONT,
            applied_on=applied_on,
            state_since=now,
            updated_at=now,
            **values,
        )
        _keep(actor, listing, Verb.PUBLISHED, now)
    else:
        listing = Listing.objects.select_for_update(of=("self",)).get(pk=found.pk)
        for name in _edited_since(listing, application.applied_at):
            del values[name]
        changes = _set(listing, values)
        listing.applied_on = max(filter(None, (listing.applied_on, applied_on)))
        if listing.state in (State.LAPSED, State.CLOSED):
            _enter(listing, State.ACTIVE, "", now)
        _save(listing, now)
        _keep(actor, listing, Verb.RENEWED, now, values=changes)
    if application.listing_id != listing.pk:
        application.listing = listing
        application.save(update_fields=["listing"])
    record(
        actor=actor,
        action="storefronts.listing_published",
        cases=[application.case_id],
        data={"listing": listing.pk},
    )
    generation.changed(actor.exchange)
    return listing


@transaction.atomic
def edit(
    *, actor: Actor, listing: Listing, expected_version: int, values: Mapping[str, Any]
) -> Listing:
    """Change hours, holidays, languages, services, accessibility or phone; shown at once.

    Args:
        expected_version: the version the actor was looking at.
        values: new values of some of :data:`EDITABLE`; the others stay.

    Raises:
        NotAllowed: the actor edits no listings.
        Listing.DoesNotExist: the actor may not know of it.
        Refused: it is lapsed or closed.
        Conflict: somebody changed it since ``expected_version``.
        ValidationError: by field: what is wrong with the values.
        SsnRefused: a holiday's name holds a Social Security number.
    """
    if not actor.may(MANAGE):
        actor.require(EDIT)
    listing = lock(actor, listing)
    if listing.state not in STANDING:
        raise Refused(
            f"This listing is {listing.get_state_display().lower()}. A new application brings it"
            " back."
        )
    if listing.version != expected_version:
        raise Conflict(
            "Somebody else changed this listing while you had it open. Nothing of yours was saved"
            " yet: compare, then save again.",
            current_version=listing.version,
        )
    changes = _set(listing, clean(listing, values))
    if not changes:
        return listing
    now = timezone.now()
    _save(listing, now)
    _keep(actor, listing, Verb.EDITED, now, values=changes)
    record(
        actor=actor,
        action="storefronts.listing_edited",
        fields=changes,
        data={"listing": listing.pk},
    )
    generation.changed(actor.exchange)
    return listing


@transaction.atomic
def suspend(*, actor: Actor, listing: Listing, reason: str) -> Listing:
    """Take a listing out of the finder until it is shown again; the owner is told (C.6, row 10).

    Raises:
        NotAllowed: the actor does not manage listings.
        Listing.DoesNotExist: the actor may not know of it.
        Refused: it is not active.
        ValidationError: no reason, or too long a one; names the field.
        SsnRefused: the reason holds a Social Security number.
    """
    actor.require(MANAGE)
    return _move(actor, listing, {State.ACTIVE}, State.SUSPENDED, Verb.SUSPENDED, reason, SUSPENDED)


@transaction.atomic
def close(*, actor: Actor, listing: Listing, reason: str) -> Listing:
    """Close a place for good: by its owner, or by Outreach and Sales (C.6, row 10).

    Raises:
        NotAllowed: the actor neither owns nor manages listings.
        Listing.DoesNotExist: the actor may not know of it.
        Refused: it is closed or lapsed already.
        ValidationError: no reason, or too long a one; names the field.
        SsnRefused: the reason holds a Social Security number.
    """
    if not actor.may(MANAGE):
        actor.require(EDIT)
    return _move(actor, listing, STANDING, State.CLOSED, Verb.CLOSED, reason, CLOSED)


@transaction.atomic
def reactivate(*, actor: Actor, listing: Listing, reason: str) -> Listing:
    """Show a suspended or closed listing again. A lapsed one needs a new application (SF-09).

    Raises:
        NotAllowed: the actor does not manage listings.
        Listing.DoesNotExist: the actor may not know of it.
        Refused: it is active, or lapsed.
        ValidationError: no reason, or too long a one; names the field.
        SsnRefused: the reason holds a Social Security number.
    """
    actor.require(MANAGE)
    sources = {State.SUSPENDED, State.CLOSED}
    return _move(actor, listing, sources, State.ACTIVE, Verb.REACTIVATED, reason, REACTIVATED)


def lock(actor: Actor, listing: Listing) -> Listing:
    """The listing, locked until the transaction ends.

    Raises:
        Listing.DoesNotExist: there is none the actor looks after; the two are one answer.
    """
    known = listings_of(actor).select_related(None).values("pk")
    rows = Listing.objects.select_for_update(of=("self",))
    return rows.get(pk=listing.pk, pk__in=known)


def clean(listing: Listing, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept.

    Raises:
        ValidationError: by field, everything that is wrong with them.
        SsnRefused: a holiday's name holds a Social Security number.
    """
    if unknown := set(values) - set(EDITABLE):
        raise ValidationError(f"{', '.join(sorted(unknown))}: this needs a new application.")
    cleaners = {
        "phone": clean_phone,
        "hours": _clean_hours,
        "special_days": validate_special_days,
        "languages": lambda chosen: _chosen(chosen, LANGUAGES, "Choose at least one language."),
        "services": lambda chosen: _clean_services(listing, chosen),
        "accessibility": lambda chosen: _chosen(chosen, [key for key, _label in ACCESSIBILITY]),
    }
    kept: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in values.items():
        try:
            kept[name] = cleaners[name](value)
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise ValidationError(errors)
    if any(contains_ssn(day["label"]) for day in kept.get("special_days", [])):
        raise SsnRefused("the holidays")
    return kept


def _clean_hours(hours: Any) -> dict[str, list[list[str]]]:
    week = validate_hours(hours)
    if not week:
        raise ValidationError("Enter the hours of at least one day.")
    return week


def _clean_services(listing: Listing, chosen: Collection[str]) -> list[str]:
    services = _chosen(chosen, [key for key, _label in SERVICES], "Choose at least one service.")
    if listing.kind == Listing.Kind.STOREFRONT and WALK_IN not in services:
        raise ValidationError("A storefront takes walk-ins; appointments alone are not enough.")
    return services


def _chosen(chosen: Collection[str], offered: Collection[str], missing: str = "") -> list[str]:
    kept = [key for key in offered if key in chosen]
    if len(kept) != len(set(chosen)):
        raise ValidationError("Choose from what is offered.")
    if missing and not kept:
        raise ValidationError(missing)
    return kept


def _move(
    actor: Actor,
    listing: Listing,
    sources: Collection[str],
    target: State,
    verb: Verb,
    reason: str,
    key: str,
) -> Listing:
    reason = _reason(reason)
    listing = lock(actor, listing)
    if listing.state not in sources:
        raise Refused(f"This listing is {listing.get_state_display().lower()} already.")
    now = timezone.now()
    _enter(listing, target, reason if target != State.ACTIVE else "", now)
    _save(listing, now)
    _keep(actor, listing, verb, now, reason=reason)
    _tell(listing, key, by=actor)
    record(actor=actor, action=key, data={"listing": listing.pk})
    generation.changed(actor.exchange)
    return listing


def _reason(reason: str) -> str:
    reason = require_text("reason", reason, "the reason")
    if len(reason) > REASON_LENGTH:
        raise ValidationError({"reason": f"Use at most {REASON_LENGTH} characters."})
    if contains_ssn(reason):
        raise SsnRefused("the reason")
    return reason


def _edited_since(listing: Listing, moment: datetime) -> set[str]:
    edits = listing.changes.filter(verb=Verb.EDITED, at__gt=moment)
    return {name for values in edits.values_list("values", flat=True) for name in values}


def _set(listing: Listing, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put values on the listing; returns what changed, as before and after."""
    changes = {
        name: [getattr(listing, name), value]
        for name, value in values.items()
        if getattr(listing, name) != value
    }
    for name, (_before, after) in changes.items():
        setattr(listing, name, after)
    return changes


def _enter(listing: Listing, state: State, reason: str, at: datetime) -> None:
    listing.state, listing.state_reason, listing.state_since = state, reason, at


def _save(listing: Listing, at: datetime) -> None:
    listing.version += 1
    listing.updated_at = at
    listing.save()


def _keep(
    actor: Actor,
    listing: Listing,
    verb: Verb,
    at: datetime,
    *,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    ListingChange.objects.create(
        exchange_id=listing.exchange_id,
        listing=listing,
        at=at,
        verb=verb,
        person=actor.person,
        reason=reason,
        values=dict(values or {}),
    )


def _tell(listing: Listing, key: str, *, by: Actor) -> None:
    """Tell the listing's owners; ids alone, the words are the notifications wing's."""
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=listing.exchange_id,
                key=key,
                data={
                    "listing": listing.pk,
                    "organization": listing.organization_id,
                    "by": by.person_id,
                },
                dedupe_key=f"{key}:{listing.pk}:{listing.version}",
            )
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()
