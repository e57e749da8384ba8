"""What is kept beside listings: their history, their campaigns' lists, the finder's generation."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person


class ListingChange(models.Model):
    """One step in the life of a listing: who, when, what it was and what it became.

    Never changed afterwards. A listing is public, so its history holds no personal data but the
    name of whoever changed it.
    """

    append_only = True

    class Verb(models.TextChoices):
        PUBLISHED = "published", "Published"
        RENEWED = "renewed", "Renewed by a new application"
        EDITED = "edited", "Edited"
        SUSPENDED = "suspended", "Suspended"
        REACTIVATED = "reactivated", "Shown again"
        CLOSED = "closed", "Closed"
        LAPSED = "lapsed", "Lapsed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    listing = SameExchangeForeignKey(
        "storefronts.Listing", on_delete=models.PROTECT, related_name="changes"
    )
    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=12, choices=Verb.choices)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the system, e.g. at the end of a campaign.",
    )
    reason = models.CharField(max_length=400, blank=True)
    values = models.JSONField(
        default=dict, help_text='What changed, e.g. {"phone": ["555-0100", "555-0101"]}.'
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["listing", "-at"], name="listing_history")]


class CampaignListing(models.Model):
    """A storefront a campaign concerns; it stays on the list when its owner has applied anew."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    campaign = SameExchangeForeignKey(
        "storefronts.Campaign", on_delete=models.CASCADE, related_name="concerned"
    )
    listing = SameExchangeForeignKey(
        "storefronts.Listing", on_delete=models.CASCADE, related_name="campaigns"
    )
    lapsed_at = models.DateTimeField(null=True, help_text="Empty: it has not lapsed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "listing"], name="campaign_listing_once")
        ]
        indexes = [
            models.Index(
                fields=["campaign", "listing"],
                name="campaign_listing_open",
                condition=Q(lapsed_at=None),
            )
        ]


class FinderGeneration(models.Model):
    """How often what the finder shows has changed; its remembered answers are kept under it."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(default=1)
