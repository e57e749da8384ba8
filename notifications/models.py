"""What was said to whom. Exactly one row per recipient and message, however often it is drained."""

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.utils import timezone

from notifications.bells.notices import Notice as Notice
from notifications.posts import Post as Post
from notifications.posts import PostChange as PostChange
from notifications.posts import PostRead as PostRead
from portal.casework.models import Case, OutboxMessage
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


@pghistory.track()
class MessageTemplate(models.Model):
    """An exchange's own wording of one message of the catalogue; the default stands in code."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    body = models.TextField()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="template_key_unique")
        ]

    def __str__(self) -> str:
        return self.key


class BellQuerySet(models.QuerySet["Bell"]):
    def visible_to(self, actor: "Actor", at: datetime | None = None) -> "BellQuerySet":
        """The actor's own, as long as they may know of the case it tells of, and not past its end.

        Args:
            at: the instant (UTC) that is now; a prepared query gives its placeholder.
        """
        # Asked line by line: with IN the database first lists every case the actor may know of.
        of_theirs = Case.objects.visible_to(actor).filter(pk=models.OuterRef("case_id"))
        return self.filter(exchange_id=actor.exchange_id, person_id=actor.person_id).filter(
            models.Q(case=None) | models.Exists(of_theirs),
            models.Q(ends_at=None) | models.Q(ends_at__gt=at or timezone.now()),
        )

    def unread(self) -> "BellQuerySet":
        return self.filter(read_at=None)

    def alike(self, line: "Bell") -> "BellQuerySet":
        """Those that say the same of the same thing; one line stands for all of them."""
        return self.filter(key=line.key, case=line.case_id, text=line.text)


class Bell(models.Model):
    """One line of a person's bell: a key and a case number, no personal data."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="bells")
    message = SameExchangeForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="bells")
    key = models.CharField(max_length=60)
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.CharField(
        max_length=160, blank=True, help_text="Words of its own; empty: those of the message."
    )
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="From this instant (UTC) it is not shown.")

    objects = BellQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="bell_once")]
        indexes = [
            models.Index(
                fields=["person", "exchange"],
                name="bell_unread",
                condition=models.Q(read_at=None),
            ),
            models.Index(fields=["person", "-created_at", "-id"], name="bell_by_person"),
        ]


class MailMessageQuerySet(models.QuerySet["MailMessage"]):
    def visible_to(self, actor: "Actor") -> "MailMessageQuerySet":
        """All of the exchange's for operators; otherwise none, but for a demonstration.

        There everybody sees their own, and the texts to consumers, who have no account and
        whose telephones do not ring.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.may("notifications.operate"):
            return rows
        if actor.exchange.is_demo and actor.person is not None:
            is_text = models.Q(medium=MailMessage.Medium.TEXT)
            return rows.filter(models.Q(person=actor.person) | is_text)
        return rows.none()


class MailMessage(models.Model):
    """One mail to one address, or one text to one telephone, with what became of it.

    It is ``SENDING`` only from the moment its content goes over the wire until the server's answer
    is kept: found so later, nobody can know whether it arrived (RFC 1047), and it is parked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        PARKED = "parked", "Parked: it may or may not have arrived"
        FAILED = "failed", "Refused"
        DROPPED = "dropped", "No longer allowed"

    class Medium(models.TextChoices):
        MAIL = "mail", "Mail"
        TEXT = "text", "Text message"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    medium = models.CharField(max_length=4, choices=Medium.choices, default=Medium.MAIL)
    message = SameExchangeForeignKey(
        OutboxMessage, on_delete=models.CASCADE, null=True, related_name="mails"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=60)
    to = models.CharField(max_length=254, help_text="An address, or a masked number.")
    subject = models.CharField(max_length=160)
    body = EncryptedTextField(
        help_text="Encrypted, since some mails carry a link that opens something by itself."
    )
    rfc_message_id = models.CharField(
        max_length=120, unique=True, help_text="Message-ID header, derived from the key (RFC 5322)."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    give_up_at = models.DateTimeField(help_text="After this no further attempt is made.")
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = MailMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "to"],
                name="mail_once",
                condition=models.Q(message__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["exchange", "next_attempt_at"],
                name="mail_waiting",
                condition=models.Q(state__in=["waiting", "sending"]),
            )
        ]
