"""Producer escalations: what a ticket of this kind has besides, and what an exchange configures."""

import secrets

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from escalations.tickets.models import TicketType
from portal.casework.models import Case
from portal.consumers.models import Consumer
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Person


def new_thread_token() -> str:
    """A token that ties a mail to its escalation and tells nothing about either."""
    return secrets.token_hex(8)


@pghistory.track()
class EscalationType(models.Model):
    """What a type of ticket is to producers (MD-10, MD-18, MD-22)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    ticket_type = SameExchangeOneToOneField(
        TicketType, on_delete=models.CASCADE, related_name="escalation_type"
    )
    mail_label = models.CharField(
        max_length=40,
        help_text="Its short name in the automatic mail's subject, e.g. Enrollment (MD-18).",
    )
    is_commission = models.BooleanField(
        default=False,
        help_text="Chosen by the “$” button: several consumers, no files (MD-22, MD-23).",
    )

    class Meta:
        ordering = ["ticket_type"]

    def __str__(self) -> str:
        return self.mail_label


@pghistory.track()
class HelpContact(models.Model):
    """Where producers find help, and for what (MD-04…MD-06, MD-09)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    helps_with = models.TextField(help_text="One sentence.")
    topics = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    not_for = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    caution = models.CharField(
        max_length=200, blank=True, help_text="E.g. that a number is not for clients (MD-06)."
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ProducerLicense(models.Model):
    """The national producer number (NPN) of somebody who signs in here (MD-07)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    npn = models.CharField("NPN", max_length=10)

    class Meta:
        ordering = ["npn"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "npn"], name="producer_npn_once"),
            models.UniqueConstraint(fields=["exchange", "person"], name="producer_one_npn"),
        ]

    def __str__(self) -> str:
        return self.npn


class Channel(models.TextChoices):
    """How an escalation came (MD-01)."""

    PORTAL = "portal", "Producer Portal"
    HOTLINE = "hotline", "Producer Support Hotline"
    MAIL = "mail", "Mail to Producer Operations"


class ProducerCall(models.Model):
    """A call, or a letter or mail, of a producer, as staff recorded it (MD-07)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    caller_name = models.CharField(max_length=120)
    npn = models.CharField("NPN", max_length=10)
    producer = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whoever has this NPN here.",
    )
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    draft = models.UUIDField(null=True, help_text="What it was typed in as; sent once.")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "draft"], name="producer_call_once")
        ]


class ProducerEscalation(models.Model):
    """Who escalated, how it came, and the thread its mails belong to."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="producer_escalation"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    producer = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whoever is told; empty when they do not sign in here.",
    )
    producer_name = models.CharField(max_length=120, blank=True)
    npn = models.CharField("NPN", max_length=10, blank=True)
    is_commission = models.BooleanField(default=False)
    thread_token = models.CharField(max_length=16, default=new_thread_token, unique=True)
    draft = models.UUIDField(null=True, help_text="The draft it was; sent once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "draft"], name="producer_escalation_once")
        ]
        indexes = [
            models.Index(fields=["exchange", "producer"], name="escalation_by_producer"),
        ]


class EscalatedConsumer(models.Model):
    """A consumer an escalation is about: one, or for a commission issue any number (MD-22)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, related_name="escalated_consumers"
    )
    consumer = SameExchangeForeignKey(Consumer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "consumer"], name="escalated_consumer_once")
        ]


class CallItem(models.Model):
    """One consumer of a call: resolved in it, escalated, or found to be escalated already."""

    class Outcome(models.TextChoices):
        ESCALATED = "escalated", "Escalated"
        RESOLVED = "resolved", "Resolved in the call"
        DUPLICATE = "duplicate", "Escalated before"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    call = SameExchangeForeignKey(ProducerCall, on_delete=models.CASCADE, related_name="items")
    consumer = SameExchangeForeignKey(Consumer, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    ticket_type = SameExchangeForeignKey(TicketType, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(help_text="What was said, or how it was resolved.")
    case = SameExchangeForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "consumer"], name="call_consumer_once")
        ]


class HeldReply(models.Model):
    """A reply that may hold personal data: kept from everybody but a screener (MD-12)."""

    class State(models.TextChoices):
        HELD = "held", "Held"
        RELEASED = "released", "Released"
        REDACTED = "redacted", "Redacted"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="held_replies")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    body = EncryptedTextField(help_text="Emptied once somebody has decided.")
    found = ArrayField(models.CharField(max_length=20), help_text="Kinds of data, never the data.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    created_at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["exchange", "case"], name="reply_held", condition=models.Q(state="held")
            )
        ]
