"""What an applicant can choose from, and which applications are under way."""

from django.db.models import QuerySet

from portal.casework.models import Case
from portal.delegations.selectors import enrollers_of
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person
from portal.toolkits.models import Entry
from storefronts.models import Listing, StorefrontApplication
from storefronts.table import KIND

#: The toolkits' entry that walks through the application (SF-03, SF-10).
TOOLKIT = "storefront-toolkit"


def locations_of(actor: Actor) -> QuerySet[Listing]:
    """The storefronts of the actor's agency or entity one can apply for anew, by name (SF-02)."""
    return Listing.objects.filter(
        exchange_id=actor.exchange_id,
        organization_id__in=actor.organization_ids,
        kind=Listing.Kind.STOREFRONT,
    ).exclude(state=Listing.State.CLOSED)


def staff_to_choose(actor: Actor) -> QuerySet[Person]:
    """The enrollers of the actor's agency or entity, by name."""
    if actor.organization is None:
        return Person.objects.none()
    return enrollers_of(actor.organization, actor)


def open_applications(actor: Actor) -> QuerySet[StorefrontApplication]:
    """The applications of the actor's agency or entity that are not decided yet."""
    return StorefrontApplication.objects.filter(
        case__in=Case.objects.visible_to(actor).filter(kind=KIND),
        case__is_open=True,
        case__organization_id__in=actor.organization_ids,
    ).select_related("case")


def open_application_for(
    actor: Actor,
    *,
    listing: Listing | None,
    street: str = "",
    unit: str = "",
    zip_code: str = "",
) -> StorefrontApplication | None:
    """The undecided application for a location: by listing, or by address for a new one."""
    rows = open_applications(actor)
    if listing is not None:
        return rows.filter(listing=listing).first()
    return rows.filter(
        street__iexact=street.strip(), unit__iexact=unit.strip(), zip_code=zip_code
    ).first()


def review_queue(exchange_id: int) -> Organization | None:
    """The unit whose people review storefronts: Outreach and Sales (C.6)."""
    reviewers = Membership.objects.current().filter(
        exchange_id=exchange_id, role__actions__contains=["storefronts.review"]
    )
    units = Organization.objects.filter(exchange_id=exchange_id).queues()
    return units.filter(pk__in=reviewers.values("organization_id")).order_by("pk").first()


def toolkit_key(actor: Actor) -> str:
    """The key of the Storefront Toolkit's entry, where the exchange has published one; else ""."""
    if not actor.has_module("toolkits"):
        return ""
    is_there = Entry.objects.visible_to(actor).filter(key=TOOLKIT).exists()
    return TOOLKIT if is_there else ""
