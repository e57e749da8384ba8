"""Release forms: the constituent's signed leave to discuss their case with an office (EA-19)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.casework.models import Case
from portal.documents.models import Document
from portal.fields import EncryptedJSONField, EncryptedTextField
from portal.tenancy.actor import Actor
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person
from portal.tenancy.roles import Family


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, actor: Actor) -> "ReleaseQuerySet":
        """An office knows of the forms made out to it; External Affairs and privacy of all."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or (actor.may("releases.view") and not actor.is_outside):
            return rows
        if actor.family is Family.OFFICE and actor.may("releases.submit"):
            return rows.filter(office_id=actor.organization_id)
        return rows.none()

    def in_force(self, at: datetime) -> "ReleaseQuerySet":
        """Checked, not revoked or replaced, and ``at`` lies within its days."""
        return self.filter(state=Release.State.VALID, valid_from__lte=at, valid_until__gt=at)

    def covering(self, *, office_id: int | None, person_id: int | None) -> "ReleaseQuerySet":
        """For this office, and for all of it or for this member of its staff (EA-22)."""
        return self.filter(office_id=office_id).filter(
            Q(scope=Release.Scope.OFFICE) | Q(named_staff__person_id=person_id)
        )


class Release(models.Model):
    """One form, for one case and one office."""

    class Scope(models.TextChoices):
        OFFICE = "office", "The whole office"
        NAMED = "named", "Named members of staff"

    class State(models.TextChoices):
        RECEIVED = "received", "Received, to be checked"
        OVERRIDE_ASKED = "override_asked", "Waiting for a second person"
        VALID = "valid", "Valid"
        DEFICIENT = "deficient", "Deficient"
        REVOKED = "revoked", "Revoked"
        REPLACED = "replaced", "Replaced"

    class Channel(models.TextChoices):
        OFFICE = "office", "Uploaded by the office"
        RECORDED = "recorded", "Recorded by External Affairs"
        DIGITAL = "digital", "Signed online by the constituent"
        MAIL = "mail", "Sent by email"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.PROTECT, related_name="releases")
    office = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    document = SameExchangeForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="releases"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.OFFICE)

    # The validity checklist (EA-22, EA-23); every box must be ticked, or overridden by two.
    is_signed = models.BooleanField("signed by the constituent", default=False)
    is_dated = models.BooleanField("dated by the constituent", default=False)
    names_recipient = models.BooleanField("names the office or its staff", default=False)
    authorizes_details = models.BooleanField(
        "authorizes discussing specific details of the issue", default=False
    )
    signed_on = models.DateField(null=True)
    starts_on = models.DateField(null=True, help_text="Empty: from the day of the signature.")
    ends_on = models.DateField(
        null=True, help_text="Empty: 30 days after the signature (Civ. Code 1798.24(b))."
    )
    valid_from = models.DateTimeField(null=True, help_text="Start of the first day, exchange time.")
    valid_until = models.DateTimeField(null=True, help_text="End of the last day, exchange time.")

    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    deficiency = models.TextField(blank=True, help_text="What is missing, in words for the office.")
    override_reason = models.TextField(blank=True)
    override_asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.TextField(blank=True)
    replaced_by = SameExchangeForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces"
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(
                fields=["case", "office", "valid_until"],
                name="release_valid",
                condition=Q(state="valid"),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="valid")
                | Q(valid_from__isnull=False, valid_until__isnull=False),
                name="release_valid_has_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="valid")
                | Q(
                    is_signed=True,
                    is_dated=True,
                    names_recipient=True,
                    authorizes_details=True,
                )
                | (
                    Q(override_asked_by__isnull=False)
                    & ~Q(override_asked_by=models.F("decided_by"))
                ),
                name="release_valid_is_complete_or_overridden_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"Release {self.pk}"

    #: The validity list: field name and what it says of the form.
    CHECKLIST = {
        "is_signed": "signed by the constituent",
        "is_dated": "dated by the constituent",
        "names_recipient": "naming the office or its staff",
        "authorizes_details": "authorizing us to discuss specific details of the issue",
    }

    @property
    def checklist(self) -> dict[str, bool]:
        """The validity list, by field name."""
        return {name: getattr(self, name) for name in self.CHECKLIST}

    def is_in_force(self, at: datetime) -> bool:
        """Whether the release counts at the instant ``at``; the twin of ``in_force``."""
        return (
            self.state == self.State.VALID
            and self.valid_from is not None
            and self.valid_until is not None
            and self.valid_from <= at < self.valid_until
        )


class NamedStaff(models.Model):
    """A member of the office whom the release names."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    release = SameExchangeForeignKey(Release, on_delete=models.CASCADE, related_name="named_staff")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "person"], name="named_staff_once")
        ]


class DigitalRelease(models.Model):
    """A link and one-time passcode by which a constituent signs a release online."""

    class State(models.TextChoices):
        SENT = "sent", "Link sent"
        SIGNED = "signed", "Signed"
        DECLINED = "declined", "Declined"
        LOCKED = "locked", "Locked after wrong passcodes"
        WITHDRAWN = "withdrawn", "Withdrawn"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.PROTECT, related_name="digital_releases")
    office = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    release = SameExchangeForeignKey(
        Release, on_delete=models.PROTECT, null=True, related_name="digital"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    contact = EncryptedTextField(help_text="Where link and passcode go.")
    token_hash = models.CharField(max_length=64, unique=True)
    sealed_token = EncryptedTextField(help_text="For the message with the link; then emptied.")
    passcode_hash = models.CharField(max_length=64, blank=True)
    sealed_passcode = EncryptedTextField(default="", help_text="For the message; then emptied.")
    passcode_expires_at = models.DateTimeField(null=True)
    passcodes_sent = models.PositiveSmallIntegerField(default=0)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    text_version = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    evidence = EncryptedJSONField(default=dict, help_text="Text, version, name typed, time.")
    evidence_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Digital release {self.pk}"

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be signed at the instant ``at``."""
        return self.state == self.State.SENT and at < self.expires_at
