"""Daily summaries: one per person, kind and local day, and the alerts they tell (SM-01…SM-07)."""

from datetime import time
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from portal.consumers.mirror import Consumer
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

#: The module an exchange must have; its page of roles offers the two actions.
MODULE = "summaries"
READ, READ_TEAM, SET_RULES = "summaries.read", "summaries.read_team", "summaries.set_rules"


class Topic(models.TextChoices):
    """The topics in the printed words, in the printed order (SM-04)."""

    BINDER = "binder_payment", "Binder Payment Pending"
    CONSENT = "consent_valid_thru", "Consent Valid Thru"
    ACTIONS = "actions_requested", "Actions Requested for Consumer"
    NOD = "nod_notice", "NOD Notice"
    CANCELED = "enrollment_canceled", "Enrollment Canceled"
    TERMINATED = "enrollment_terminated", "Enrollment Terminated"
    MEDICARE = "medicare_aged_out", "Medicare Aged Out"
    UPDATES = "updates_pending", "Enrollment Updates Pending"


class SummaryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "SummaryQuerySet":
        """One's own; a manager's only while one still leads."""
        rows = self.filter(exchange_id=actor.exchange_id, person_id=actor.person_id)
        if not actor.may(READ):
            return rows.none()
        return rows if actor.may(READ_TEAM) else rows.filter(kind=Summary.Kind.OWN)


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
        verbose_name_plural = "summaries"
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "kind", "local_date"], name="summary_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["exchange", "local_date"], name="summary_by_day")]

    def __str__(self) -> str:
        return f"Summary {self.pk}"

    @property
    def subject(self) -> str:
        """The subject, one of exactly four (SM-03)."""
        return subject_of(self.kind, has_alerts=self.alerts > 0)


def subject_of(kind: str, *, has_alerts: bool) -> str:
    """The subject of a summary of a kind, one of exactly four (SM-03)."""
    label = Summary.Kind(kind).label
    return label if has_alerts else f"No Alerts {label}"


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
        help_text="Key of the enrollment, notice or consent it tells of; for actions requested and"
        " birthdays the consumer's."
    )
    happened_on = models.DateField(
        help_text="The day that makes it news: of a status since when, of a notice when generated,"
        " of a consent its last day, of Medicare the birthday."
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
                fields=["exchange", "source_id"],
                condition=models.Q(topic="nod_notice"),
                name="alert_notice_once_ever",
            ),
            # An enrollment that was reinstated and ends again on a later day is news again.
            models.UniqueConstraint(
                fields=["exchange", "topic", "source_id", "happened_on"],
                condition=models.Q(topic__in=["enrollment_canceled", "enrollment_terminated"]),
                name="alert_end_once_ever",
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


class SummaryDay(models.Model):
    """How far one exchange's summaries of one local day are; who works on it holds the row."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    local_date = models.DateField()
    alerts_at = models.DateTimeField(null=True, help_text="When its alerts were complete.")
    reached = models.BigIntegerField(
        default=0, help_text="Id of the last person who has theirs; people are taken by id."
    )
    finished_at = models.DateTimeField(null=True, help_text="When everybody had theirs.")

    class Meta:
        ordering = ["-local_date"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "local_date"], name="summary_day_once")
        ]

    def __str__(self) -> str:
        return f"Summaries of {self.local_date}"


class SummaryRules(models.Model):
    """What an exchange lays down for summaries; an exchange without a row has the defaults."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="+")
    from_time = models.TimeField(
        default=time(5),
        help_text="From this local time on the day's summaries are made and sent.",
    )
    keep_days = models.PositiveSmallIntegerField(
        default=400,
        validators=[MinValueValidator(30), MaxValueValidator(3_650)],
        help_text="Days after which summaries and their lines are deleted.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "rules of daily summaries"

    def __str__(self) -> str:
        return "Rules of daily summaries"
