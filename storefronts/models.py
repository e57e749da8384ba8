"""Storefronts: applications, what came of them, and what consumers find (SF, FL, C.6)."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from portal.casework.models import Case
from portal.documents.models import Document
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person
from storefronts.contacts.models import HelpContact as HelpContact
from storefronts.places import ZipArea as ZipArea
from storefronts.records import CampaignListing as CampaignListing
from storefronts.records import FinderGeneration as FinderGeneration
from storefronts.records import ListingChange as ListingChange


class Address(models.Model):
    """Where something is, and how one reaches it; shared by applications and listings."""

    name = models.CharField(max_length=120, help_text="As it stands on the sign.")
    street = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    zip_code = models.CharField(max_length=5)
    county = models.CharField(max_length=60, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    is_placed_by_hand = models.BooleanField(
        default=False, help_text="Moved on the map; otherwise the ZIP code's centroid."
    )
    phone = models.CharField(max_length=20)
    hours = models.JSONField(
        default=dict,
        help_text='Opening hours by weekday, e.g. {"mon": [["09:00", "17:00"]]}; local time.',
    )
    special_days = models.JSONField(
        default=list,
        blank=True,
        help_text='Holidays, e.g. [{"date": "2026-12-25", "hours": [], "label": "Christmas Day"}].',
    )
    languages = ArrayField(models.CharField(max_length=40), default=list)
    services = ArrayField(models.SlugField(max_length=40), default=list)
    accessibility = ArrayField(models.SlugField(max_length=40), default=list, blank=True)

    class Meta:
        abstract = True


class Listing(Address):
    """One place of Find a Local Enroller: a storefront, or an agent or counselor at an office."""

    class Kind(models.TextChoices):
        STOREFRONT = "storefront", "Storefront"
        AGENT = "agent", "Certified Insurance Agent"
        COUNSELOR = "counselor", "Certified Enrollment Counselor"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"
        LAPSED = "lapsed", "Lapsed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, related_name="listings"
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The agent or counselor; a storefront has none.",
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    #: Takes the place of the address's column of that name, which is here ``state_code``.
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    state_code = models.CharField(
        max_length=2, blank=True, help_text="The state the address is in, e.g. CA."
    )
    state_reason = models.CharField(max_length=400, blank=True)
    state_since = models.DateTimeField(default=timezone.now)
    applied_on = models.DateField(
        null=True, help_text="The day of the first application for the place (SF-09)."
    )
    version = models.PositiveIntegerField(default=1, help_text="Two people editing at once.")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["exchange", "organization", "name"], name="listing_by_owner"),
            models.Index(
                fields=["exchange", "applied_on"],
                name="listing_by_application",
                condition=Q(kind="storefront"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StorefrontApplication(Address):
    """What an agency or entity applies with; its status is the case's (SF-01…SF-08)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(Case, on_delete=models.CASCADE, related_name="storefront")
    listing = SameExchangeForeignKey(
        Listing,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        help_text="The existing place it is for, or the one its approval made.",
    )
    is_new_location = models.BooleanField(default=True)
    staff = models.ManyToManyField(
        Person, through="StorefrontStaff", related_name="+", help_text="Enrollers who work there."
    )
    attestations = models.JSONField(
        default=dict, help_text="What was attested, by key, with the version of its words."
    )
    applied_at = models.DateTimeField(default=timezone.now)
    copied_from = SameExchangeForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    checklist = models.JSONField(default=dict, help_text="What the reviewer ticked, by key.")
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    needs_second_look = models.BooleanField(
        default=False, help_text="Reopened: somebody other than the first reviewer decides."
    )
    is_withdrawn = models.BooleanField(default=False)
    draft = models.UUIDField(null=True, help_text="The draft it was; submitted once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "draft"], name="storefront_application_once"
            )
        ]


class StorefrontStaff(models.Model):
    """An enroller who works at the place applied for."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    application = SameExchangeForeignKey(StorefrontApplication, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="storefront_staff_once")
        ]


class Photo(models.Model):
    """A photo of the place; the document is re-encoded, without where it was taken."""

    class Kind(models.TextChoices):
        EXTERIOR = "exterior", "Exterior, with the sign"
        INTERIOR = "interior", "Interior"
        OTHER = "other", "Other"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    application = SameExchangeForeignKey(
        StorefrontApplication, on_delete=models.CASCADE, related_name="photos"
    )
    document = SameExchangeForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    position = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "pk"]


class InformationItem(models.Model):
    """One thing the reviewer asks for (SF-07, SF-08); kept one by one, sent together."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    application = SameExchangeForeignKey(
        StorefrontApplication, on_delete=models.CASCADE, related_name="items"
    )
    round = models.PositiveSmallIntegerField(help_text="Which request it belongs to, from 1.")
    question = models.TextField()
    file_required = models.BooleanField(default=False)
    answer = models.TextField(blank=True)
    document = SameExchangeForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, help_text="Empty: saved, not sent yet.")

    class Meta:
        ordering = ["round", "pk"]


@pghistory.track()
class Campaign(models.Model):
    """A time by which owners apply anew or leave the map (SF-09, SF-10, FL-05)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    applied_before = models.DateField(
        help_text="Concerns storefronts whose first application is older than this day."
    )
    deadline = models.DateField(help_text="The last day to apply anew; local time.")
    remind_days = ArrayField(
        models.PositiveSmallIntegerField(), default=list, help_text="Days before the deadline."
    )
    message = models.TextField(help_text="The instructions owners are sent.")
    is_active = models.BooleanField(default=False)
    lapsed_at = models.DateTimeField(null=True, help_text="When the listings were lapsed.")

    class Meta:
        ordering = ["-deadline", "-pk"]

    def __str__(self) -> str:
        return self.title


class CampaignReminder(models.Model):
    """One reminder to one owner; once for each of the campaign's days."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    campaign = SameExchangeForeignKey(Campaign, on_delete=models.CASCADE, related_name="reminders")
    listing = SameExchangeForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    days_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "listing", "days_before"], name="campaign_reminder_once"
            )
        ]


def earth(latitude: str = "latitude", longitude: str = "longitude") -> Func:
    """A point as earthdistance has it; the index on listings is built on the same expression."""
    return Func(F(latitude), F(longitude), function="ll_to_earth")
