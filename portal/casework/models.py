"""The spine every kind of case hangs on. The case row carries no personal data.

Names, narratives, notes and files live in detail tables behind the gate, so a queue page, a
timer sweep, a broker message or a log line cannot leak what it never loads.
"""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from portal.casework.machine import Audience
from portal.casework.querysets import CaseQuerySet
from portal.casework.workbench_models import Macro as Macro
from portal.casework.workbench_models import SavedView as SavedView
from portal.casework.workbench_models import TextTemplate as TextTemplate
from portal.documents.models import Document
from portal.fields import EncryptedJSONField
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person

AUDIENCES = [(a.value, a.value.title()) for a in Audience]


class Case(models.Model):
    """Number, status, who holds it, and dates: what anybody working near it may see."""

    # Exchange, organization and queue have no index of their own: those below begin with them.
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    number = models.CharField(max_length=32, help_text="Quotable number (X-04).")
    kind = models.CharField(max_length=30)
    topic = models.SlugField(
        max_length=60,
        blank=True,
        default="",
        db_index=False,
        help_text="Which type of the kind, by key, e.g. access-to-care; for lists and reports.",
    )
    status = models.CharField(max_length=40)
    is_open = models.BooleanField(default=True)
    is_waiting = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="brought_cases",
        db_index=False,
        help_text="The office, agency or entity that brought the case.",
    )
    queue = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="queued_cases",
        db_index=False,
        help_text="The unit or workstream whose queue holds the case.",
    )
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="owned_cases"
    )
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="The earliest deadline of a running clock.")
    is_breached = models.BooleanField(default=False)
    work_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Where the case stands in the order of work: urgent ones first, then by deadline."
        " Kept by a trigger (migration 0008).",
    )
    reopen_count = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(
        default=1, help_text="Grows with every change; a stale form is told, never obeyed."
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        permissions = [
            ("see_details", "May see this case's details under a release in force"),
            ("watch_case", "Watches this case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "number"], name="case_number_unique")
        ]
        indexes = [
            # Open rows carry the order people work in, so that a page reads 25 of them and stops.
            models.Index(
                fields=["exchange", "queue", "due_at", "id"],
                name="case_queue_due",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "queue", "work_at", "id"],
                name="case_queue_work",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "due_at", "id"],
                name="case_due_open",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "owner", "due_at", "id"],
                name="case_owner_open",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "kind", "due_at", "id"],
                name="case_kind_open",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "topic", "due_at", "id"],
                name="case_topic_open",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["exchange", "organization", "-opened_at", "-id"],
                name="case_by_organization",
            ),
            models.Index(fields=["exchange", "kind", "-opened_at", "-id"], name="case_by_kind"),
            models.Index(fields=["exchange", "queue", "-opened_at", "-id"], name="case_by_queue"),
            models.Index(
                fields=["exchange", "-opened_at", "-id"],
                name="case_closed",
                condition=Q(is_open=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseUserPermission(UserObjectPermissionBase):
    """A grant on one case to one person: a named member of staff, a colleague, a watcher."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="+")
    content_object = SameExchangeForeignKey(Case, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the exchange from the case: guardian does not know of exchanges."""
        self.exchange_id = self.content_object.exchange_id
        super().save(*args, **kwargs)


class CaseGroupPermission(GroupObjectPermissionBase):
    """A grant on one case to a whole office."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="+")
    content_object = SameExchangeForeignKey(Case, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the exchange from the case: guardian does not know of exchanges."""
        self.exchange_id = self.content_object.exchange_id
        super().save(*args, **kwargs)


class Note(models.Model):
    """Free text on a case. Never shown but through the gate; screened for SSNs before storage."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", "Internal note"
        UPDATE = "update", "Update for the office"
        REASON = "reason", "Reason"
        CONTACT = "contact", "Contact with the consumer"
        MESSAGE = "message", "Message from the office"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    audience = models.CharField(max_length=10, choices=AUDIENCES)
    body = models.TextField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    mentions = models.ManyToManyField(Person, through="Mention", related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]


class Mention(models.Model):
    """A colleague named in a note with @; told by bell."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    note = SameExchangeForeignKey(Note, on_delete=models.CASCADE, related_name="mention_rows")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "person"], name="mention_once_per_note")
        ]


class TimelineEvent(models.Model):
    """One thing that happened to a case. Holds verbs, keys and ids; words live in the note."""

    # The indexes below and the constraint of same exchanges begin with these.
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=60)
    audience = models.CharField(max_length=10, choices=AUDIENCES)
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    actor_role = models.CharField(max_length=60, blank=True)
    from_status = models.CharField(max_length=40, blank=True)
    to_status = models.CharField(max_length=40, blank=True)
    note = SameExchangeForeignKey(Note, on_delete=models.SET_NULL, null=True, related_name="events")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at", "id"], name="event_by_case")]


class CaseLink(models.Model):
    """Two cases that belong together; a child's work is done for its parent."""

    class Kind(models.TextChoices):
        CHILD = "child", "Work done for"
        DUPLICATE = "duplicate", "Duplicate of"
        RELATED = "related", "Related to"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    from_case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, related_name="links_out", help_text="The child."
    )
    to_case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, related_name="links_in", help_text="The parent."
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField(default=timezone.now)

    # Who works the child, and what it is work for: copies that triggers keep (migration 0004),
    # so that "which cases does my unit do work for" is answered without reading a case.
    from_queue = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    from_owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    to_kind = models.CharField(max_length=30, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_case", "to_case", "kind"], name="case_link_unique"
            ),
            models.CheckConstraint(
                condition=~Q(from_case=F("to_case")), name="case_link_not_to_itself"
            ),
        ]


class Attachment(models.Model):
    """A document on a case, and who may fetch it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    document = SameExchangeForeignKey(
        Document, on_delete=models.PROTECT, related_name="attachments"
    )
    audience = models.CharField(max_length=10, choices=AUDIENCES)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]


class CaseText(models.Model):
    """What search may find a case by; kept by the services, read through the gate only."""

    # No index of its own: the two below begin with it.
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="text"
    )
    words = SearchVectorField()
    identifiers = ArrayField(
        models.CharField(max_length=80),
        default=list,
        help_text="Numbers people quote, letters and digits only, lower case (decision 6).",
    )

    class Meta:
        indexes = [
            GinIndex(fields=["exchange", "words"], name="case_text_words"),
            GinIndex(fields=["exchange", "identifiers"], name="case_text_identifiers"),
        ]


class OutboxMessage(models.Model):
    """A message to be sent, written with the act that causes it. Ids and keys only."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        PARKED = "parked", "Parked for a person"
        DROPPED = "dropped", "No longer allowed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, help_text="Which message of the catalogue.")
    case = SameExchangeForeignKey(
        Case, on_delete=models.CASCADE, null=True, related_name="outbox_messages"
    )
    recipient = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="One person; empty: those the message's rule names.",
    )
    data = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=120, help_text="A second one like it is not written.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "dedupe_key"], name="outbox_once")
        ]
        indexes = [
            models.Index(
                fields=["exchange", "next_attempt_at"],
                name="outbox_waiting",
                condition=Q(state="waiting"),
            )
        ]


class Draft(models.Model):
    """What somebody is typing, kept so that nothing is lost; theirs alone, encrypted."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=60)
    content = EncryptedJSONField(default=dict)
    documents = models.ManyToManyField(Document, through="DraftDocument", related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["person", "form", "-updated_at"], name="draft_by_person")]


class DraftDocument(models.Model):
    """A file added to a draft before the case exists."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    draft = SameExchangeForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    document = SameExchangeForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20)
