"""Escalation tickets: what a unit works, and the configuration of their types and routing."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from escalations.tickets.exception_models import CarrierFollowUp as CarrierFollowUp
from escalations.tickets.exception_models import CarrierRequest as CarrierRequest
from escalations.tickets.exception_models import HeldCase as HeldCase
from escalations.tickets.exception_models import HelpDeskTicket as HelpDeskTicket
from portal.casework.models import Case
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person


@pghistory.track()
class TicketType(models.Model):
    """A type of escalation as one exchange has it (ES-04, SC-16)."""

    class UsualException(models.TextChoices):
        """What keeps tickets of a type out of the usual promise, as a rule (ES-03)."""

        NONE = "", "None"
        CARRIER = "carrier", "Coordination with a health plan"
        HELP_DESK = "help_desk", "A help desk ticket"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="ticket_types")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=30,
        default="ticket",
        help_text="How its tickets are worked: their steps and promises.",
    )
    best_practices = ArrayField(models.TextField(), default=list, blank=True)
    yearly_counts = models.JSONField(
        default=dict, blank=True, help_text='History, e.g. {"2025": 2722} (ES-04).'
    )
    fields = models.JSONField(
        default=list,
        blank=True,
        help_text="The type's own fields, in order: see docs/how-to/escalations.md.",
    )
    usual_exception = models.CharField(
        max_length=10,
        choices=UsualException.choices,
        blank=True,
        default="",
        help_text="Its step is offered first.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="ticket_type_key_unique")
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class RoutingRule(models.Model):
    """One line of the routing table: the first that matches names the queue (decision 4)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    ticket_type = SameExchangeForeignKey(
        TicketType,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Empty: any type.",
    )
    only_urgent = models.BooleanField(default=False)
    language = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="Only tickets whose consumer speaks it; whoever is assigned must speak it too.",
    )
    auto_assign = models.BooleanField(
        "assign automatically",
        default=False,
        help_text="To whoever of the unit has the fewest open cases and is below their cap.",
    )
    skill = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="Whoever is assigned automatically must have it.",
    )
    queue = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=160, help_text="Shown as “Why was this routed here?”")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "position"], name="routing_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.why}"


@pghistory.track()
class ResolutionCode(models.Model):
    """How a ticket can end, as the exchange configures it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="resolution_code_key_unique")
        ]

    def __str__(self) -> str:
        return self.label


class TicketDetail(models.Model):
    """What a ticket is about. Personal data: behind the gate."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="ticket"
    )
    ticket_type = SameExchangeForeignKey(
        TicketType, on_delete=models.PROTECT, related_name="tickets"
    )
    summary = models.TextField()
    consumer_name = models.CharField(max_length=120, blank=True)
    consumer_case_number = models.CharField(max_length=40, blank=True)
    consumer_phone = models.CharField(max_length=40, blank=True)
    consumer_email = models.EmailField(blank=True)
    language = models.CharField(max_length=40, blank=True, default="")
    #: The enroller who called about it; shown its status, and told of it (ES-01, ES-03).
    enroller = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    routed_because = models.CharField(max_length=160, blank=True)
    #: Lines of the routing table that were asked, with what each said, as they then stood.
    routing_trail = models.JSONField(default=list)
    #: Why it was, or was not, assigned without a person's hand.
    assigned_because = models.CharField(max_length=160, blank=True, default="")
    resolution_code = SameExchangeForeignKey(
        ResolutionCode, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolution_steps = models.TextField(blank=True)
    #: Fields of the type or of the feed that brought it, e.g. an IMR decision's categories.
    facts = models.JSONField(default=dict)
    source_feed = models.CharField(max_length=40, blank=True)
    source_key = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "source_feed", "source_key"],
                condition=~models.Q(source_key=""),
                name="ticket_once_per_feed_line",
            )
        ]


class ConsumerContact(models.Model):
    """One contact of the unit with the consumer (EA-12)."""

    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "Email"
        LETTER = "letter", "Letter"
        VISIT = "visit", "In person"

    class Outcome(models.TextChoices):
        REACHED = "reached", "Spoke with the consumer"
        MESSAGE = "message", "Left a message"
        NO_ANSWER = "no_answer", "No answer"
        SENT = "sent", "Sent"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    summary = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
