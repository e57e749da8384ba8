"""A constituent's case, as a government office brings it (EA-01…EA-07)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portal.casework.models import Case
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Person


class Item(models.TextChoices):
    """The six items a request should include where applicable, as printed (EA-04)."""

    NAME = "constituent_name", "Constituent's Name"
    CASE_NUMBER = "case_or_application_id", "Case # or Application ID #"
    BIRTH_DATE = "date_of_birth", "Constituent's Date of Birth"
    PHONE = "phone", "Constituent's Telephone Number"
    EMAIL = "email", "Constituent's email"
    RELEASE = "release_form", "Signed Information Release Form (if applicable)"


@pghistory.track()
class ReferralContact(models.Model):
    """An entity a case can be referred to, with its contact information (EA-17, EA-18)."""

    class Kind(models.TextChoices):
        REGULATOR = "regulator", "Regulator"
        AGENCY = "agency", "Agency"
        PLAN = "plan", "Qualified Health Plan (QHP)"
        OTHER = "other", "Other"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=160)
    aliases = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    helps_with = models.CharField(max_length=240, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    url = models.URLField(blank=True)
    address = models.CharField(max_length=240, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "name"], name="referral_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class ConstituentDetail(models.Model):
    """What the case is about. Personal data: behind the gate. There is no SSN field (EA-06)."""

    class Channel(models.TextChoices):
        PORTAL = "portal", "Portal"
        API = "api", "API"
        PHONE = "phone", "Phone call"
        LETTER = "letter", "Letter"
        MAIL = "mail", "Email"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="constituent"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    description = models.TextField(help_text="A brief description of the nature of the case.")
    constituent_name = models.CharField(max_length=120, blank=True)
    case_or_application_id = models.CharField(max_length=40, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    office_contact = models.CharField(
        max_length=160, blank=True, help_text="Who in the office asked, when it was not a user."
    )
    referral = SameExchangeForeignKey(
        ReferralContact, on_delete=models.PROTECT, null=True, related_name="+"
    )
    referral_reason = models.TextField(blank=True)
    resolution = models.CharField(max_length=120, blank=True)
    resolution_steps = models.TextField(blank=True)
    office_told_at = models.DateTimeField(null=True)

    def missing_items(self, *, has_release: bool) -> list[Item]:
        """Which of the six are not there yet (EA-05); shown, never enforced."""
        return [
            item
            for item in Item
            if not (has_release if item is Item.RELEASE else getattr(self, item.value))
        ]


class InformationRequest(models.Model):
    """Items of the list the office is asked for; a question, and no free text."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, related_name="information_requests"
    )
    items = ArrayField(models.CharField(max_length=30, choices=Item.choices))
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
