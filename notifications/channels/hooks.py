"""Addresses of other programs that are told of what happens, and what became of it."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portal.casework.models import Case, OutboxMessage
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

MANAGE = "channels.manage_webhooks"
#: Characters of an answer that are kept: enough to see what went wrong, too few to be a copy.
ANSWER_LENGTH = 1_000


#: Bodies that have webhooks of their own: all but the exchange's own parts.
OUTSIDE = frozenset(Organization.Kind) - {
    Organization.Kind.EXCHANGE,
    Organization.Kind.BRANCH,
    Organization.Kind.SUB_BRANCH,
    Organization.Kind.UNIT,
    Organization.Kind.WORKSTREAM,
}


class WebhookQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "WebhookQuerySet":
        """Those of the organization one works in; of the exchange's own staff, the exchange's."""
        if not actor.may(MANAGE):
            return self.none()
        return self.filter(exchange_id=actor.exchange_id, organization=owner_for(actor))


def owner_for(actor: "Actor") -> Organization | None:
    """Whose webhooks an actor manages: an outside organization's, or the exchange's (None)."""
    organization = actor.organization
    is_outside = organization is not None and organization.kind in OUTSIDE
    return organization if is_outside else None


class Webhook(models.Model):
    """One address of one organization, or of the exchange itself."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="Whose cases it is told of; empty: every case of the exchange.",
    )
    url = models.CharField(max_length=500)
    groups = ArrayField(models.CharField(max_length=40), help_text="Groups of messages it gets.")
    secret = EncryptedTextField()
    former_secret = EncryptedTextField(blank=True)
    former_until = models.DateTimeField(
        null=True, help_text="Until then requests are signed with the former secret too (UTC)."
    )
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True, help_text="First of the failures in a row.")
    disabled_at = models.DateTimeField(null=True, help_text="When it was switched off by itself.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "organization", "url"],
                name="webhook_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"Webhook {self.pk}"


class WebhookDelivery(models.Model):
    """One event for one address; the number of the row is what the receiver knows it by."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        DROPPED = "dropped", "No longer allowed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    webhook = SameExchangeForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message = SameExchangeForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "message"], name="webhook_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["exchange", "next_attempt_at"],
                name="webhook_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_log"),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class WebhookAttempt(models.Model):
    """One request: what the other side answered, and how long it took."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    delivery = SameExchangeForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, related_name="attempt_rows"
    )
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status; empty: none came.")
    milliseconds = models.PositiveIntegerField()
    error = models.CharField(max_length=200, blank=True)
    answer = EncryptedTextField(blank=True, help_text="At most its first 1,000 characters.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Attempt {self.pk}"
