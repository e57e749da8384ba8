"""Which listings somebody looks after, and where a place already has one."""

from django.db.models import Q, QuerySet

from portal.tenancy.actor import Actor
from storefronts.models import Listing, StorefrontApplication

EDIT = "storefronts.edit_listing"
MANAGE = "storefronts.manage_listings"


def listings_of(actor: Actor) -> QuerySet[Listing]:
    """The listings the actor looks after; what consumers find is the finder's to say.

    Every one for Outreach and Sales; those of their own agency or entity, agents and counselors
    included, for its leads; none for anybody else.
    """
    rows = Listing.objects.filter(exchange_id=actor.exchange_id)
    if not actor.may(MANAGE):
        if not actor.may(EDIT):
            return rows.none()
        rows = rows.filter(organization_id__in=actor.organization_ids)
    return rows.select_related("organization", "person")


def find_listings(
    actor: Actor, *, text: str = "", state: str = "", kind: str = ""
) -> QuerySet[Listing]:
    """Those whose name, city, ZIP code or organization begins or reads like ``text``, by name."""
    rows = listings_of(actor)
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    for word in text.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(city__istartswith=word)
            | Q(zip_code__startswith=word)
            | Q(organization__name__icontains=word)
        )
    return rows.order_by("name", "pk")


def place_of(application: StorefrontApplication) -> Listing | None:
    """The listing an application is for: the one it names, or one of its applicant's at the place.

    A closed place is applied for as a new one, and still is the same door.
    """
    if application.listing_id is not None:
        return application.listing
    same = Listing.objects.filter(
        exchange_id=application.exchange_id,
        kind=Listing.Kind.STOREFRONT,
        organization_id=application.case.organization_id or 0,
        zip_code=application.zip_code,
        street__iexact=application.street,
        unit__iexact=application.unit,
    )
    return same.order_by("-state_since", "-pk").first()
