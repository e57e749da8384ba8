"""What working in tiers adds to a ticket: units, case managers, handoffs, published levels.

Members, handoffs and appeals are personal data: read through the projection of their kind.
"""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from escalations.tickets.models import TicketType
from portal.casework.models import Attachment, Case
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person


@pghistory.track()
class TierUnit(models.Model):
    """The unit whose queue holds the cases of a tier (CC-03)."""

    class Tier(models.IntegerChoices):
        ONE = 1, "Tier 1"
        TWO = 2, "Tier 2"
        THREE = 3, "Tier 3"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    tier = models.PositiveSmallIntegerField(choices=Tier.choices)
    queue = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["tier"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "tier"], name="tier_unit_once_per_tier"),
            models.UniqueConstraint(fields=["exchange", "queue"], name="tier_unit_once_per_queue"),
        ]

    def __str__(self) -> str:
        return self.get_tier_display()


@pghistory.track()
class TypeClock(models.Model):
    """A promise that every new case of a type starts besides its tier's (CC-15)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    ticket_type = SameExchangeForeignKey(
        TicketType, on_delete=models.CASCADE, related_name="type_clocks"
    )
    policy_key = models.CharField(max_length=60, help_text="Of an SLA policy.")

    class Meta:
        ordering = ["policy_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket_type", "policy_key"], name="type_clock_once")
        ]

    def __str__(self) -> str:
        return self.policy_key


class MemberDetail(models.Model):
    """What a member's case or appeal has besides its ticket."""

    class Channel(models.TextChoices):
        VOICE = "voice", "Voice"
        EMAIL = "email", "Secure email"
        CHAT = "chat", "Web chat"
        PORTAL = "portal", "Member portal"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="member_detail"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.VOICE)
    employer = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The member's company; whether it brought the case is on the case itself.",
    )
    manager = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="managed_cases",
        help_text="Who answers for it at Tier 3; not merely who owns it today (CC-18).",
    )
    managed_since = models.DateTimeField(null=True)


class PlanAppealDetail(models.Model):
    """What a formal appeal has besides its ticket: how fast it must be, how it was decided."""

    class Decision(models.TextChoices):
        OVERTURNED = "overturned", "For the member"
        PARTLY = "partly", "Partly for the member"
        UPHELD = "upheld", "The first decision stands"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="plan_appeal"
    )
    is_expedited = models.BooleanField(default=False)
    expedited_reason = models.TextField(blank=True, help_text="Why it is medically necessary.")
    expedited_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)


class HandoffNote(models.Model):
    """The note every handoff and every resolution must leave: why, which papers, when (CC-19)."""

    append_only = True

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="handoffs")
    act = models.CharField(max_length=40, help_text="Key of the act it was written for.")
    from_status = models.CharField(max_length=40)
    to_status = models.CharField(max_length=40)
    rationale = models.TextField(help_text="The decision and its reasons.")
    documents_text = models.TextField(
        blank=True, help_text="Documents exchanged that are no file of the case, or “none”."
    )
    took_place_at = models.DateTimeField(help_text="When the contact or decision took place.")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: the system"
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        indexes = [models.Index(fields=["case", "recorded_at"], name="handoff_by_case")]


class HandoffDocument(models.Model):
    """A file of the case that was exchanged at a handoff."""

    append_only = True

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    note = SameExchangeForeignKey(HandoffNote, on_delete=models.CASCADE, related_name="documents")
    attachment = SameExchangeForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["note", "attachment"], name="handoff_document_once")
        ]


@pghistory.track()
class ServiceLevel(models.Model):
    """One sentence of the published service levels, and the clocks that prove it (CC-15)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="service_levels")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=80, help_text="What it is about, e.g. Email.")
    wording = models.CharField(max_length=200, help_text="The promise, as it is published.")
    policy_keys = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="SLA policies whose clocks prove it; none: it is not measured here.",
    )
    goal_low = models.PositiveSmallIntegerField(
        default=80,
        validators=[MaxValueValidator(100)],
        help_text="Percent kept; under it the level shows red.",
    )
    goal_high = models.PositiveSmallIntegerField(
        default=95,
        validators=[MaxValueValidator(100)],
        help_text="Percent kept; from it on the level shows green.",
    )
    is_published = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="service_level_key_unique"),
            models.CheckConstraint(
                condition=Q(goal_low__lte=F("goal_high")), name="service_level_goals_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.wording
