"""Reads of campaigns: whom they concern, how far they are, and what an owner has to know."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from storefronts.campaigns.rules import KEEPING, Window, local_day
from storefronts.campaigns.services import RUN
from storefronts.listings.selectors import EDIT, listings_of
from storefronts.models import Campaign, CampaignListing, Listing, StorefrontApplication
from storefronts.table import APPROVED, MACHINE

NOT_APPLIED = "not_applied"
_STANDING = (Listing.State.ACTIVE, Listing.State.SUSPENDED)


@dataclass(frozen=True)
class ProgressRow:
    """One storefront of a campaign."""

    organization: str
    listing_id: Any
    name: str
    city: str
    zip_code: str
    #: The number of the latest application since; empty: none.
    application: str
    #: Key of the application's status, or ``not_applied``.
    status: str
    reminders: int
    lapsed_at: datetime | None

    @property
    def status_label(self) -> str:
        """What the application's owner reads of it, in one of the four words (SF-06)."""
        return "Not applied" if self.status == NOT_APPLIED else MACHINE.statuses[self.status].label


@dataclass
class Tally:
    """A campaign's figures, for all of it or for one organization."""

    concerned: int = 0
    applied: int = 0
    decided: int = 0
    approved: int = 0
    reminders: int = 0
    lapsed: int = 0

    def add(self, row: ProgressRow) -> None:
        """Count one storefront."""
        self.concerned += 1
        self.applied += row.status != NOT_APPLIED
        self.decided += row.status != NOT_APPLIED and not MACHINE.statuses[row.status].is_open
        self.approved += row.status == APPROVED
        self.reminders += row.reminders
        self.lapsed += row.lapsed_at is not None


@dataclass(frozen=True)
class Progress:
    """How far a campaign is."""

    total: Tally
    by_organization: Mapping[str, Tally]
    #: How many owners' storefronts were sent each reminder, by days before the deadline.
    reminders: Mapping[int, int]
    rows: list[ProgressRow] = field(repr=False)


def campaigns_of(actor: Actor) -> QuerySet[Campaign]:
    """Every campaign of the exchange for those who run them; none for anybody else."""
    rows = Campaign.objects.filter(exchange_id=actor.exchange_id)
    return rows if actor.may(RUN) else rows.none()


def concerned_by(actor: Actor, applied_before: date) -> QuerySet[Listing]:
    """The storefronts a campaign would concern now: those applied for before a day."""
    return Listing.objects.filter(
        exchange_id=actor.exchange_id,
        kind=Listing.Kind.STOREFRONT,
        state__in=_STANDING,
        applied_on__lt=applied_before,
    )


def was_started(campaign: Campaign) -> bool:
    """Whether the campaign has ever run."""
    return bool(campaign.concerned.exists())


def progress_of(actor: Actor, campaign: Campaign) -> Progress:
    """Every storefront of a campaign with its latest application since; two statements."""
    window = Window.of(campaign, actor.exchange)
    since = StorefrontApplication.objects.filter(
        listing_id=OuterRef("listing_id"), applied_at__gte=window.starts
    ).order_by("-applied_at", "-pk")
    found = (
        CampaignListing.objects.filter(exchange_id=actor.exchange_id, campaign=campaign)
        .annotate(
            number=Subquery(since.values("case__number")[:1]),
            status=Subquery(since.values("case__status")[:1]),
        )
        .select_related("listing__organization")
        .order_by("listing__organization__name", "listing__name", "pk")
    )
    sent = campaign.reminders.values_list("listing_id", "days_before")
    by_listing = Counter(listing for listing, _days in sent)
    by_days = Counter(days for _listing, days in sent)
    rows = [
        ProgressRow(
            organization=row.listing.organization.name,
            listing_id=row.listing.public_id,
            name=row.listing.name,
            city=row.listing.city,
            zip_code=row.listing.zip_code,
            application=row.number or "",
            status=row.status or NOT_APPLIED,
            reminders=by_listing[row.listing_id],
            lapsed_at=row.lapsed_at,
        )
        for row in found
    ]
    return _summed(rows, {days: by_days[days] for days in sorted(by_days, reverse=True)})


def calls_for(actor: Actor, listing_ids: Iterable[int] | None = None) -> dict[int, Campaign]:
    """Listing → the campaign its owner still has to answer by applying anew; the nearest first.

    Args:
        listing_ids: ask about these alone; None: all the actor looks after.
    """
    if not actor.may(EDIT):
        return {}
    found: dict[int, Campaign] = {}
    rows = _unanswered(actor, listing_ids).select_related("campaign")
    for row in rows.order_by("campaign__deadline", "pk"):
        found.setdefault(row.listing_id, row.campaign)
    return found


def owner_card(actor: Actor) -> Mapping[str, Any] | None:
    """How many storefronts need a new application, and by when; None: none. One statement."""
    found = _unanswered(actor, None).aggregate(
        count=Count("listing", distinct=True), deadline=Min("campaign__deadline")
    )
    return found if found["count"] else None


def _unanswered(actor: Actor, listing_ids: Iterable[int] | None) -> QuerySet[CampaignListing]:
    """Entries of running campaigns without an application since; those of the actor's listings."""
    here = zone(actor.exchange.time_zone)
    applied = (
        StorefrontApplication.objects.filter(
            listing_id=OuterRef("listing_id"), case__status__in=KEEPING
        )
        .annotate(day=TruncDate("applied_at", tzinfo=here))
        .filter(day__gte=OuterRef("campaign__applied_before"))
    )
    rows = CampaignListing.objects.filter(
        ~Exists(applied),
        exchange_id=actor.exchange_id,
        campaign__is_active=True,
        campaign__deadline__gte=local_day(actor.exchange, timezone.now()),
        listing__state__in=_STANDING,
        listing__applied_on__lt=F("campaign__applied_before"),
        listing__in=listings_of(actor).select_related(None),
    )
    return rows if listing_ids is None else rows.filter(listing_id__in=list(listing_ids))


def _summed(rows: list[ProgressRow], reminders: Mapping[int, int]) -> Progress:
    total, by_organization = Tally(), dict[str, Tally]()
    for row in rows:
        total.add(row)
        by_organization.setdefault(row.organization, Tally()).add(row)
    return Progress(total, by_organization, reminders, rows)
