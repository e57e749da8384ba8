"""Help requests of enrollers: what an exchange configures, what was asked, and how it was liked."""

from datetime import datetime

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from portal.casework.models import Case
from portal.consumers.mirror import Consumer
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person


class Category(models.TextChoices):
    """The two categories of help request, in the words enrollers know them by (HR-02)."""

    CONSUMER = "consumer", "Consumer Case/Application Issue"
    PROFILE = "profile", "Agency/Entity or Enroller Profile Issue"


@pghistory.track()
class HelpTopic(models.Model):
    """What a request can be about; the topic decides the category, and so the team (HR-03)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    category = models.CharField(max_length=10, choices=Category.choices)
    label = models.CharField(max_length=120)
    who_answers = models.CharField(
        "who answers", max_length=240, help_text="One sentence, shown beside the topic."
    )
    position = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["category", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="help_topic_key_once")
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class HelpRoute(models.Model):
    """Which team gets the requests of a category from a kind of organization (HR-02)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(help_text="The first line that matches decides.")
    category = models.CharField(max_length=10, choices=Category.choices)
    organization_kind = models.CharField(
        max_length=20,
        blank=True,
        choices=[
            (Organization.Kind.AGENCY.value, "Agency"),
            (Organization.Kind.ENTITY.value, "Entity"),
        ],
        help_text="Empty: of agencies and entities.",
    )
    queue = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", help_text="The team."
    )
    escalates_to = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Which unit gets the escalation ticket when the team cannot complete a request;"
        " empty: the team does not escalate.",
    )
    why = models.CharField(max_length=200, help_text="Shown with the request.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "position"], name="help_route_position")
        ]

    def __str__(self) -> str:
        return self.why


class HelpRequest(models.Model):
    """What an enroller asked, of whom, and how it was resolved."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="help_request"
    )
    topic = SameExchangeForeignKey(HelpTopic, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120)
    description = models.TextField()
    consumer = SameExchangeForeignKey(
        Consumer,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whom it is about; who loses the consumer loses sight of the details.",
    )
    routed_because = models.CharField(max_length=200)
    resolution = models.TextField(blank=True)
    reopen_until = models.DateTimeField(
        null=True, help_text="Until when the enroller may reopen it (UTC), as it was promised."
    )
    draft = models.UUIDField(null=True, help_text="The draft it was; submitted once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "draft"], name="help_request_once")
        ]
        indexes = [models.Index(fields=["consumer"], name="help_request_by_consumer")]

    def may_be_reopened(self, at: datetime | None = None) -> bool:
        """Whether its enroller may still reopen it at an instant (UTC; default now), C.4 9."""
        return self.reopen_until is not None and (at or timezone.now()) <= self.reopen_until


class Rating(models.Model):
    """How satisfied the enroller was with a request that was closed (CC-01, CC-16)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="help_ratings")
    closing = models.PositiveSmallIntegerField(
        help_text="Which closing it is about: how often the request had been reopened by then."
    )
    score = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 very dissatisfied … 5 very satisfied.",
    )
    comment = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "closing"], name="rating_once_per_closing"),
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="rating_from_1_to_5"
            ),
        ]
        indexes = [models.Index(fields=["exchange", "given_at"], name="rating_by_time")]
