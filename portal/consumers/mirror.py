"""The mirror of the eligibility system: people, their households, coverage and papers.

Feeds fill it. It is read to help a consumer, never to decide: the eligibility system does that.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

#: What the blind index of an SSN is made for (:func:`portal.fields.blind_index`).
SSN_PURPOSE = "consumers.ssn"


class ConsumerQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "ConsumerQuerySet":
        """The consumers the actor may see, by who has them at this moment (T-02, X-07).

        An enroller has their own; a lead of an agency or entity and its Admin Staff see those of
        all its enrollers (decision 18); of the exchange's own people, those with
        ``consumers.view`` see everybody. A delegation that ended shows at the next request.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or actor.may("consumers.view"):
            return rows
        if actor.may("consumers.view_organization"):
            return rows.filter(organization_id__in=actor.organization_ids)
        if actor.may("consumers.view_own"):
            return rows.filter(
                organization_id__in=actor.organization_ids, enroller_id=actor.person_id
            )
        return rows.none()


class Household(models.Model):
    """One case of the eligibility system: the people who apply together."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(
        max_length=10, help_text="Eligibility-system case number: 10 digits, first 5 or 1."
    )
    county = models.CharField(max_length=40, blank=True)
    zip_code = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "case_number"], name="household_case_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.case_number


class Consumer(models.Model):
    """A person with coverage or an application. An SSN is never stored."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(
        max_length=10, help_text="Eligibility-system case number: 10 digits, first 5 or 1."
    )
    application_id = models.CharField(max_length=20, blank=True)
    household = SameExchangeForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )
    is_primary_contact = models.BooleanField(
        default=False, help_text="The household primary contact (decision 5)."
    )
    full_name = models.CharField(max_length=120)
    date_of_birth = models.DateField()
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=40, default="English")
    zip_code = models.CharField(max_length=10, blank=True)
    best_time = models.CharField(
        max_length=60, blank=True, help_text="When to call, in the consumer's own words."
    )
    person_id = models.CharField(
        max_length=12, blank=True, help_text="The eligibility system's number of a person (MD-11)."
    )
    ssn_index = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Keyed hash to match a typed SSN with; the number itself is never stored.",
    )
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The agency or entity in whose book the consumer is; empty: in nobody's.",
    )
    enroller = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The enroller the consumer is delegated to now; empty: to the organization.",
    )
    carrier = SameExchangeForeignKey(
        Organization, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ConsumerQuerySet.as_manager()

    class Meta:
        ordering = ["full_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person_id"],
                condition=~Q(person_id=""),
                name="consumer_person_id_once",
            )
        ]
        indexes = [
            models.Index(fields=["exchange", "case_number"], name="consumer_by_case_number"),
            models.Index(
                fields=["exchange", "organization", "full_name", "id"], name="consumer_by_book"
            ),
            models.Index(
                fields=["exchange", "enroller", "full_name", "id"],
                name="consumer_by_enroller",
                condition=Q(enroller__isnull=False),
            ),
            models.Index(fields=["exchange", "date_of_birth"], name="consumer_by_birth"),
            models.Index(
                fields=["exchange", "ssn_index"],
                name="consumer_by_ssn_index",
                condition=~Q(ssn_index=""),
            ),
            models.Index(
                fields=["household"],
                name="consumer_by_household",
                condition=Q(household__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Consumer {self.pk}"


class Application(models.Model):
    """An application for coverage, of a household and a year."""

    class Status(models.TextChoices):
        STARTED = "started", "Started"
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Signed & submitted"
        DETERMINED = "determined", "Eligibility determined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    household = SameExchangeForeignKey(
        Household, on_delete=models.CASCADE, related_name="applications"
    )
    application_id = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    program = models.CharField(max_length=60, blank=True, help_text="E.g. Covered California.")
    status = models.CharField(max_length=12, choices=Status.choices)
    signed_on = models.DateField(null=True)

    class Meta:
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "application_id"], name="application_id_once"
            )
        ]
        indexes = [models.Index(fields=["household", "-year"], name="application_by_household")]

    def __str__(self) -> str:
        return self.application_id


class Enrollment(models.Model):
    """A consumer's coverage under one plan in one plan year (C.9)."""

    class Status(models.TextChoices):
        SELECTED = "selected", "Selected"
        PENDING = "pending", "Pending"
        ENROLLED = "enrolled", "Enrolled"
        TERMINATED = "terminated", "Terminated"
        CANCELED = "canceled", "Canceled"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    consumer = SameExchangeForeignKey(
        Consumer, on_delete=models.CASCADE, related_name="enrollments"
    )
    enrollment_id = models.CharField(max_length=20)
    plan_year = models.PositiveSmallIntegerField()
    product = models.CharField(
        max_length=6, choices=[("health", "Health"), ("dental", "Dental")], default="health"
    )
    carrier_name = models.CharField(max_length=80)
    plan_name = models.CharField(max_length=120)
    metal_tier = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    status_since = models.DateField(help_text="The day it got its present status.")
    updates_pending = models.BooleanField(
        default=False, help_text="“Enrollment Updates Pending” (SM-04)."
    )
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)
    premium = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text="Dollars a month, before help."
    )
    subsidy = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text="Dollars of help a month."
    )

    class Meta:
        ordering = ["-plan_year", "product", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "enrollment_id"], name="enrollment_id_once")
        ]
        indexes = [
            models.Index(fields=["consumer", "-plan_year"], name="enrollment_by_consumer"),
            models.Index(
                fields=["exchange", "status_since"],
                name="enrollment_pending",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["exchange", "status_since"],
                name="enrollment_ended",
                condition=Q(status__in=["canceled", "terminated"]),
            ),
            models.Index(
                fields=["exchange", "consumer"],
                name="enrollment_updates",
                condition=Q(updates_pending=True),
            ),
        ]

    def __str__(self) -> str:
        return self.enrollment_id


class Consent(models.Model):
    """How long a consumer lets the exchange verify income: zero to five years (facts B.5)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    consumer = SameExchangeForeignKey(Consumer, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(
        max_length=20,
        choices=[("verification", "Consent for verification")],
        default="verification",
    )
    given_on = models.DateField()
    valid_through = models.DateField(help_text="The last day it holds.")

    class Meta:
        ordering = ["kind", "-valid_through"]
        constraints = [
            models.UniqueConstraint(fields=["consumer", "kind"], name="consent_once_per_kind")
        ]
        indexes = [models.Index(fields=["exchange", "valid_through"], name="consent_by_end")]


class Notice(models.Model):
    """A notice the eligibility system sent, and whether it asks the consumer to act."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    consumer = SameExchangeForeignKey(Consumer, on_delete=models.CASCADE, related_name="notices")
    notice_id = models.CharField(max_length=24)
    code = models.CharField(max_length=12, help_text="E.g. NOD01.")
    title = models.CharField(max_length=160)
    generated_on = models.DateField()
    needs_action = models.BooleanField(
        default=False, help_text="Asks the consumer to do something (SM-04)."
    )
    act_by = models.DateField(null=True)
    resolved_on = models.DateField(null=True, help_text="The day the consumer had done it.")

    class Meta:
        ordering = ["-generated_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "notice_id"], name="notice_id_once")
        ]
        indexes = [
            models.Index(fields=["consumer", "-generated_on"], name="notice_by_consumer"),
            models.Index(
                fields=["exchange", "consumer"],
                name="notice_needs_action",
                condition=Q(needs_action=True, resolved_on__isnull=True),
            ),
            models.Index(fields=["exchange", "generated_on"], name="notice_by_day"),
        ]

    def __str__(self) -> str:
        return self.notice_id


class Delegation(models.Model):
    """Who may work for a consumer: asked for, in force, or over (C.7b, DL-06).

    At most one of a consumer is active. The active one is copied to ``Consumer.organization`` and
    ``Consumer.enroller``, which is what every read asks.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        ACTIVE = "active", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        TRANSFERRED = "transferred", "Transferred"
        ENDED = "ended", "Ended"

    class Origin(models.TextChoices):
        FEED = "feed", "The eligibility system"
        TOOL = "tool", "Delegation Tool"
        CONSUMER = "consumer", "The consumer's request"
        TRANSFER = "transfer", "A transfer"
        STAFF = "staff", "The exchange's staff"

    class EndedBy(models.TextChoices):
        NOBODY = "", "Not ended"
        CONSUMER = "consumer", "The consumer"
        STAFF = "staff", "The exchange's staff"
        ENROLLER = "enroller", "The enroller"
        FEED = "feed", "The eligibility system"
        SUCCESSOR = "successor", "A later delegation"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    consumer = SameExchangeForeignKey(
        Consumer, on_delete=models.CASCADE, related_name="delegations"
    )
    organization = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    enroller = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=12, choices=Status.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, help_text="When it was accepted or declined.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy.choices, blank=True, default="")
    consent = models.JSONField(
        default=dict,
        blank=True,
        help_text="Evidence: method, version of the disclaimers, when; never a passcode or number.",
    )

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["consumer"], condition=Q(status="active"), name="delegation_one_active"
            ),
            models.UniqueConstraint(
                fields=["consumer", "organization"],
                condition=Q(status="pending"),
                name="delegation_one_pending",
            ),
        ]
        indexes = [
            models.Index(fields=["consumer", "-asked_at"], name="delegation_by_consumer"),
            models.Index(
                fields=["exchange", "organization", "-asked_at"],
                name="delegation_pending",
                condition=Q(status="pending"),
            ),
        ]
