"""Templates with dated versions (CC-21), and letters on cases (CC-10, CC-28)."""

import uuid
from datetime import date

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from escalations.letters.placeholders import LANGUAGES
from portal.casework.machine import Audience
from portal.casework.models import Case
from portal.documents.models import Document
from portal.fields import EncryptedTextField
from portal.tenancy.actor import Actor
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person

#: Who may fetch a filed letter, besides the exchange's own staff.
AUDIENCES = [
    (Audience.INTERNAL.value, "Internal: only our staff"),
    (Audience.DETAIL.value, "The office too, while a release is in force"),
]


class LetterTemplateQuerySet(models.QuerySet["LetterTemplate"]):
    def visible_to(self, actor: Actor) -> "LetterTemplateQuerySet":
        """The exchange's templates, for those who write with them or look after them."""
        rows = self.filter(exchange_id=actor.exchange_id)
        return rows if actor.is_system or actor.may("letters.view_templates") else rows.none()

    def serving(self, case: Case) -> "LetterTemplateQuerySet":
        """In use, and for cases like this one."""
        keys = [key for key in (case.kind, case.topic) if key]
        return self.filter(Q(serves=[]) | Q(serves__overlap=keys), is_active=True)


@pghistory.track()
class LetterTemplate(models.Model):
    """A letter an exchange writes again and again; its words are in its versions."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=120, help_text="What people choose it by; never a name.")
    serves = ArrayField(
        models.SlugField(max_length=60),
        default=list,
        blank=True,
        help_text="Keys of kinds of case or of ticket types; empty: every case.",
    )
    audience = models.CharField(
        max_length=10,
        choices=AUDIENCES,
        default=Audience.INTERNAL.value,
        verbose_name="who may open it",
    )
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    is_active = models.BooleanField("in use", default=True)

    objects = LetterTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["title", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "key", "language"], name="letter_template_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_language_display()})"


class TemplateVersionQuerySet(models.QuerySet["LetterTemplateVersion"]):
    def in_force(self, on: date) -> "TemplateVersionQuerySet":
        """Of each template the newest approved version that is valid on the local day ``on``."""
        return (
            self.filter(state=LetterTemplateVersion.State.APPROVED, valid_from__lte=on)
            .order_by("template_id", "-valid_from", "-number")
            .distinct("template_id")
        )


class LetterTemplateVersion(models.Model):
    """The words of a template from a day on. Once approved it never changes (CC-21).

    The database refuses to change or delete an approved row (migration 0001).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        WAITING = "waiting", "Waiting for approval"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    template = SameExchangeForeignKey(
        LetterTemplate, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    body = models.TextField(help_text="Plain text with placeholders of the closed list.")
    valid_from = models.DateField(help_text="First local day of the exchange it can be used on.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    writers = ArrayField(
        models.BigIntegerField(), default=list, help_text="Everybody who changed the words."
    )
    written_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=240, blank=True, help_text="What the approver remarks.")
    return_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change.")

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="letter_version_number"),
            models.UniqueConstraint(
                fields=["template"],
                condition=~Q(state="approved"),
                name="letter_version_one_in_the_making",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("written_by")), name="letter_version_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False),
                name="letter_version_approved_at",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, actor: Actor) -> "LetterQuerySet":
        """Letters of the cases that show the actor their details at this moment.

        Somebody outside is shown approved letters that are meant for them, and no other.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system:
            return rows
        if not actor.may("letters.view"):
            return rows.none()
        rows = rows.filter(case__in=Case.objects.visible_to(actor).detailed_to(actor))
        if actor.is_outside:
            rows = rows.filter(state__in=Letter.FINISHED, audience=Audience.DETAIL)
        return rows


class Letter(models.Model):
    """One letter on one case. Personal data: encrypted, and behind the case's gate."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        WAITING = "waiting", "Waiting for approval"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved and filed"
        SENT = "sent", "Sent"
        DISCARDED = "discarded", "Discarded"

    class Way(models.TextChoices):
        POST = "post", "By post"
        PORTAL = "portal", "Through the portal"
        FAX = "fax", "By fax"

    #: Nobody changes the words any more; the PDF is on the case.
    FINISHED = (State.APPROVED, State.SENT)

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = SameExchangeForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    template_version = SameExchangeForeignKey(
        LetterTemplateVersion, on_delete=models.PROTECT, related_name="letters"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    audience = models.CharField(max_length=10, choices=AUDIENCES, default=Audience.INTERNAL.value)
    addressee = EncryptedTextField(default="", help_text="Name and address, as on the envelope.")
    body = EncryptedTextField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    writers = ArrayField(
        models.BigIntegerField(), default=list, help_text="Everybody who changed the words."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    return_reason = EncryptedTextField(default="")
    document = SameExchangeForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="letters"
    )
    sent_on = models.DateField(null=True, help_text="Local day of the exchange.")
    sent_how = models.CharField(max_length=10, choices=Way.choices, blank=True)
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change.")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["exchange", "asked_at"],
                name="letter_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["case", "created_at"], name="letter_by_case"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("written_by")), name="letter_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "sent"])
                | Q(document__isnull=False, approved_at__isnull=False),
                name="letter_approved_is_filed",
            ),
        ]

    def __str__(self) -> str:
        return f"Letter {self.public_id}"

    @property
    def can_be_edited(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)
