"""Mailboxes, the mails that came into them, and who of an office writes from where (EA-02)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.utils import timezone

from portal.casework.models import Case, TimelineEvent
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


@pghistory.track(
    exclude=["password", "webhook_secret", "uid_validity", "last_uid", "checked_at", "last_error"]
)
class Mailbox(models.Model):
    """The address offices write to, and how its mail is taken in: by IMAP, by webhook, or both."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.EmailField(help_text="The address offices write to.")
    is_active = models.BooleanField("takes in mail", default=True)
    authserv_id = models.CharField(
        "name of our checking mail server",
        max_length=120,
        blank=True,
        help_text="As in its Authentication-Results header. Empty: no sender counts as verified.",
    )
    received_above = models.PositiveSmallIntegerField(
        "own Received headers above the result",
        default=0,
        help_text="How many Received headers our own servers put above that header.",
    )
    host = models.CharField("IMAP server", max_length=200, blank=True)
    port = models.PositiveIntegerField("IMAP port", default=993)
    use_tls = models.BooleanField("IMAP over TLS", default=True)
    username = models.CharField("IMAP user", max_length=200, blank=True)
    password = EncryptedTextField(default="", blank=True)
    folder = models.CharField(max_length=120, default="INBOX")
    done_folder = models.CharField(
        "folder for mail taken in",
        max_length=120,
        blank=True,
        help_text="Where mail is moved once it is kept here. Empty: it is marked as read.",
    )
    webhook_secret = EncryptedTextField(default="", blank=True)
    retention_days = models.PositiveSmallIntegerField(
        "days an original is kept",
        default=30,
        help_text="Sealed, counted from the day the mail was dealt with.",
    )
    uid_validity = models.BigIntegerField(default=0, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "mailboxes"
        constraints = [
            models.UniqueConstraint(fields=["exchange", "address"], name="mailbox_address_unique")
        ]

    def __str__(self) -> str:
        return self.address


class OfficeSender(models.Model):
    """An address, or a domain written ``@assembly13.example``, from which an office writes.

    For offices whose people do not sign in here. It counts only together with a verified sender.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    office = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=254, help_text="Lower case.")
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["value"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "value"], name="office_sender_unique")
        ]

    def __str__(self) -> str:
        return self.value


class RawMailQuerySet(models.QuerySet["RawMail"]):
    def visible_to(self, actor: Actor) -> RawMailQuerySet:
        """All of the exchange's to whoever deals with mail; nobody else knows that there is any."""
        rows = self.filter(exchange_id=actor.exchange_id)
        return rows if actor.may("inbound.triage") else rows.none()

    def to_be_filed(self) -> RawMailQuerySet:
        """Kept, and not looked at yet."""
        return self.filter(state=RawMail.State.RECEIVED)


class RawMail(models.Model):
    """One mail, sealed as it came, and what became of it.

    The bytes are encrypted and are never served: pages read them anew and show words. They are
    forgotten ``Mailbox.retention_days`` after the mail was dealt with, and at once where a Social
    Security number stood in them (docs/decisions/0023); the row stays, so that a late copy of the
    same mail is known.
    """

    class Door(models.TextChoices):
        IMAP = "imap", "Fetched from the mail server"
        WEBHOOK = "webhook", "Handed over by the mail provider"
        OPERATOR = "operator", "Taken in by an operator"

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        HELD = "held", "Held for a person"
        FILED = "filed", "Filed"
        IGNORED = "ignored", "Ignored"
        REFUSED = "refused", "Refused"

    class Reason(models.TextChoices):
        NEW_CASE = "new_case", "Became a new case"
        ON_CASE = "on_case", "Was added to its case"
        NOT_VERIFIED = "not_verified", "It is not proved who sent it"
        UNKNOWN_SENDER = "unknown_sender", "The sender belongs to no office we know"
        AMBIGUOUS = "ambiguous", "The sender belongs to more than one office"
        SEVERAL_SENDERS = "several_senders", "It names more than one sender"
        NO_SENDER = "no_sender", "It names no sender"
        FOREIGN_TOKEN = "foreign_token", "It answers a mail that was sent to somebody else"
        EXPIRED_TOKEN = "expired_token", "It answers a mail that is too old"
        NAMES_CASE = "names_case", "It speaks of a case without answering our mail"
        CASE_CLOSED = "case_closed", "Its case takes no messages now"
        SAME_ID = "same_id", "An earlier mail with its Message-ID said something else"
        UNREADABLE = "unreadable", "It could not be read"
        TOO_COMPLEX = "too_complex", "It has too many parts"
        ENCRYPTED = "encrypted", "It is encrypted"
        EMPTY = "empty", "There are no words in it"
        BULK = "bulk", "It came by a mailing list"
        TOO_MANY = "too_many", "The sender has sent too many today"
        NOT_ALLOWED = "not_allowed", "The sender's role may not send this"
        FAILED = "failed", "Filing it failed"
        AUTOMATIC = "automatic", "A machine wrote it"
        OUR_OWN = "our_own", "It is a mail of our own"
        BY_PERSON = "by_person", "Somebody looked at it and set it aside"
        TOO_LARGE = "too_large", "It is larger than we take in"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    mailbox = SameExchangeForeignKey(Mailbox, on_delete=models.PROTECT, related_name="mails")
    door = models.CharField(max_length=10, choices=Door.choices)
    key = models.CharField(max_length=64, help_text="The same for every copy of one mail.")
    message_id_hash = models.CharField(max_length=64, blank=True)
    sealed = models.BinaryField(null=True, help_text="Encrypted; empty once it is forgotten.")
    size = models.PositiveIntegerField(help_text="Bytes of the mail as it came.")
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    sender = EncryptedTextField(default="", help_text="The address it says it is from.")
    sender_index = models.CharField(max_length=64, blank=True)
    is_verified = models.BooleanField(default=False)
    subject = EncryptedTextField(default="", help_text="Without Social Security numbers.")
    had_number = models.BooleanField(
        default=False, help_text="A Social Security number was taken out of it (EA-06)."
    )
    refusals = models.JSONField(
        default=list, help_text="Which files were not taken: number in the mail, and code."
    )
    answered_at = models.DateTimeField(null=True, help_text="When an answer was queued.")
    office = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+"
    )
    case = SameExchangeForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    event = SameExchangeForeignKey(
        TimelineEvent, on_delete=models.PROTECT, null=True, related_name="+"
    )
    suggested_case = SameExchangeForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handler = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who looks at it."
    )
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = EncryptedTextField(default="", help_text="Why a person set it aside.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)

    objects = RawMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "key"], name="raw_mail_once"),
            models.CheckConstraint(
                condition=~models.Q(state="filed") | models.Q(case__isnull=False),
                name="raw_mail_filed_has_case",
            ),
        ]
        indexes = [
            models.Index(fields=["exchange", "state", "-received_at"], name="raw_mail_by_state"),
            models.Index(fields=["mailbox", "message_id_hash"], name="raw_mail_by_claimed_id"),
            models.Index(
                fields=["exchange", "sender_index", "received_at"], name="raw_mail_sender"
            ),
            models.Index(
                fields=["exchange", "next_attempt_at"],
                name="raw_mail_to_be_filed",
                condition=models.Q(state="received"),
            ),
        ]

    def __str__(self) -> str:
        # Neither sender nor subject: this ends up in the administration site's log.
        return f"Mail {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.state in (self.State.HELD, self.State.RECEIVED)
