"""What the two exceptions to the promise hold: carrier coordination, help desk tickets (ES-03)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.casework.models import Case
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person


class CarrierRequest(models.Model):
    """What one health plan was asked for one ticket, and what it answered. Behind the gate."""

    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "Email"
        PORTAL = "portal", "The plan's portal"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="carrier_requests")
    carrier = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    contact_person = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    asked = models.TextField()
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(answered_at=None),
                name="carrier_request_one_open",
            )
        ]


class CarrierFollowUp(models.Model):
    """One time somebody asked the health plan again (decision 10)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    request = SameExchangeForeignKey(
        CarrierRequest, on_delete=models.CASCADE, related_name="follow_ups"
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    summary = models.TextField()

    class Meta:
        ordering = ["at", "pk"]


class HelpDeskTicket(models.Model):
    """A ticket with the vendor of an eligibility system, tracked by one unit (SC-10, SC-13)."""

    class System(models.TextChoices):
        CALHEERS = "calheers", "CalHEERS"
        ESS = "ess", "ESS"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="help_desk_ticket"
    )
    system = models.CharField(max_length=10, choices=System.choices)
    subject = models.CharField(
        max_length=120, help_text="The standard subject line; it names no person."
    )
    vendor_number = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True)
    fix = models.TextField(blank=True)
    rejected_because = models.TextField(blank=True)


class HeldCase(models.Model):
    """A case that waits for a help desk ticket; one help desk ticket holds many."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="holds")
    help_desk = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="held")
    since = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at=None), name="held_by_one_help_desk_ticket"
            )
        ]
