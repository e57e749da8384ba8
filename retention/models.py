"""The Consumer Retention Workspace: renewals at risk, and the work to keep people covered (C.5).

A CRW case is a case of the spine with a row beside it that carries what its lists sort and count
by: risk, deadline, aging, and copies of who has it and whether it is open, which a trigger keeps
(migration 0002), so that a dashboard of 50,000 cases is read from one index.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.casework.models import Case, TimelineEvent
from portal.consumers.models import Consumer
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person
from retention.risk.models import RiskModelVersion as RiskModelVersion

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


class Risk(models.IntegerChoices):
    """How likely the consumer is not to renew; 5 is worst (CRW-10)."""

    VERY_LOW = 1, "1 = Very Low Risk"
    LOW = 2, "2 = Low Risk"
    MEDIUM = 3, "3 = Medium Risk"
    HIGH = 4, "4 = High Risk"
    VERY_HIGH = 5, "5 = Very High Risk"


class ResolutionReason(models.Model):
    """One way the outreach can have ended, as an exchange has it (CRW-15, decision 19)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    counts_as_renewed = models.BooleanField(default=False, help_text="For reports.")
    by_system_only = models.BooleanField(
        default=False, help_text="Written when a feed closes a case; people cannot choose it."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "label"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="crw_reason_key_once")
        ]

    def __str__(self) -> str:
        return self.label


class CrwCaseQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "CrwCaseQuerySet":
        """The cases the actor may see now (C.5, T-02, X-07), by the copies on the row itself.

        An enroller's own, a lead's organization's, Outreach and Sales' all of them. Outside only
        while the consumer is delegated to the organization that has the case: a delegation that
        ended ends this too, at the next request. The same rule as :func:`retention.kind.visible`.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or actor.may("retention.view_all"):
            return rows
        if actor.may("retention.view_organization"):
            return rows.filter(organization_id__in=actor.organization_ids, in_book=True)
        if actor.may("retention.view_own"):
            return rows.filter(
                enroller_id=actor.person_id,
                organization_id__in=actor.organization_ids,
                in_book=True,
            )
        return rows.none()

    def open(self) -> "CrwCaseQuerySet":
        """Those still to be worked; an open case's consumer is always in the book."""
        return self.filter(is_open=True, in_book=True)

    def closed(self) -> "CrwCaseQuerySet":
        return self.filter(is_open=False)


class CrwCase(models.Model):
    """What a renewal case is about, and what its lists and figures are read from."""

    # Exchange and consumer have no index of their own: those below begin with them.
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="crw"
    )
    consumer = SameExchangeForeignKey(
        Consumer, on_delete=models.PROTECT, related_name="crw_cases", db_index=False
    )
    plan_year = models.PositiveSmallIntegerField()
    risk = models.PositiveSmallIntegerField(choices=Risk.choices)
    #: ``feed`` or the version of the model that scored it, e.g. ``model:3``.
    risk_source = models.CharField(max_length=40, default="feed")
    risk_reasons = ArrayField(
        models.CharField(max_length=120),
        default=list,
        help_text="Why, in words, the weightiest first; no personal data.",
    )
    scored_at = models.DateTimeField(default=timezone.now)
    deadline = models.DateField(help_text="The last day to renew for the plan year.")

    # Copies of the case's own columns, for one-index lists and counts; kept by a trigger.
    organization = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    enroller = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    is_open = models.BooleanField(default=True, editable=False)

    aged_from = models.DateTimeField(
        default=timezone.now,
        help_text="Aging is counted from here: the opening, moved on by the time it was closed.",
    )
    in_book = models.BooleanField(
        default=True,
        help_text="The consumer is still delegated to the organization that has the case.",
    )
    was_transferred = models.BooleanField(default=False)
    is_reached = models.BooleanField(default=False, help_text="The consumer was spoken with.")
    last_contact_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=20, blank=True)
    next_contact_on = models.DateField(null=True, help_text="When to try next (exchange's day).")
    interaction_count = models.PositiveSmallIntegerField(default=0)

    reason = SameExchangeForeignKey(
        ResolutionReason, on_delete=models.PROTECT, null=True, related_name="+"
    )
    steps = models.TextField(blank=True, help_text="“Steps to Resolve” (CRW-14).")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the system.",
    )
    open_seconds = models.PositiveIntegerField(
        null=True,
        help_text="From opening to closing, without the time it was closed between; the mean is"
        " “Average Resolution Time”.",
    )

    objects = CrwCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "plan_year"],
                condition=Q(is_open=True),
                name="crw_one_open_per_year",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(in_book=True), name="crw_open_is_in_book"
            ),
        ]
        indexes = [
            # The worklist: by risk, then by days to the deadline, then by aging. A page reads 25
            # rows and stops; the dashboard reads its counts from the same index alone.
            models.Index(
                fields=["exchange", "enroller", "-risk", "deadline", "aged_from", "case"],
                include=["organization"],
                name="crw_worklist_own",
                condition=Q(is_open=True, in_book=True),
            ),
            models.Index(
                fields=["exchange", "organization", "-risk", "deadline", "aged_from", "case"],
                name="crw_worklist_organization",
                condition=Q(is_open=True, in_book=True),
            ),
            models.Index(
                fields=["exchange", "-risk", "deadline", "aged_from", "case"],
                name="crw_worklist_all",
                condition=Q(is_open=True, in_book=True),
            ),
            models.Index(
                fields=["exchange", "enroller", "next_contact_on"],
                name="crw_reminders",
                condition=Q(is_open=True, next_contact_on__isnull=False),
            ),
            models.Index(
                fields=["exchange", "organization", "closed_at", "reason"],
                include=["open_seconds", "enroller", "in_book"],
                name="crw_closed",
                condition=Q(is_open=False),
            ),
            models.Index(
                fields=["exchange", "enroller", "closed_at", "reason"],
                include=["open_seconds", "organization", "in_book"],
                name="crw_closed_own",
                condition=Q(is_open=False),
            ),
            models.Index(fields=["consumer", "-plan_year"], name="crw_by_consumer"),
        ]

    def __str__(self) -> str:
        return f"CRW case {self.pk}"


class Interaction(models.Model):
    """One try to reach the consumer, and what came of it (CRW-12, CRW-13). Its text is a note."""

    class Channel(models.TextChoices):
        PHONE = "phone", "Phone call"
        TEXT = "text", "Text message"
        EMAIL = "email", "Email"
        IN_PERSON = "in_person", "In person"
        MAIL = "mail", "Letter"

    class Outcome(models.TextChoices):
        REACHED = "reached", "Spoke with the consumer"
        LEFT_MESSAGE = "left_message", "Left a message"
        NO_ANSWER = "no_answer", "No answer"
        SENT = "sent", "Sent, no reply yet"
        WRONG_CONTACT = "wrong_contact", "Wrong number or address"
        CALL_BACK = "call_back", "Asked to be called back"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="interactions")
    event = SameExchangeForeignKey(
        TimelineEvent, on_delete=models.CASCADE, null=True, related_name="+"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    next_contact_on = models.DateField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["case", "-at"], name="crw_interaction_by_case"),
            models.Index(fields=["exchange", "by", "-at"], name="crw_interaction_by_person"),
        ]
