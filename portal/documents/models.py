"""Files that were accepted. The row says what and whose; the bytes lie encrypted in a storage."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.fields import EncryptedTextField


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents. There is no ``visible_to``: a document has no audience of its own.

    Whoever shows one has first opened the case or release it hangs on, through that room's gate.
    """

    def of_purpose(self, purpose: Document.Purpose) -> Self:
        """Documents that were added for ``purpose``."""
        return self.filter(purpose=purpose)

    def added_by(self, person_id: int, *, since: dt.datetime) -> Self:
        """What one person added from the instant ``since`` on."""
        return self.filter(uploaded_by_id=person_id, created_at__gte=since)

    def total_bytes(self) -> int:
        """Sum of the sizes, in bytes."""
        return int(self.aggregate(total=models.Sum("size"))["total"] or 0)


class Document(models.Model):
    """An accepted file.

    ``size`` (bytes), ``sha256`` and ``content_type`` are those of the clean copy, the only one
    that is served. ``sealed_as`` and ``sealed_sha256`` tell of the untouched original of a signed
    release, kept as evidence and never served (empty where none is kept).
    """

    class Purpose(models.TextChoices):
        ATTACHMENT = "attachment", "attachment"
        RELEASE_FORM = "release_form", "release form"
        EVIDENCE = "evidence", "evidence"
        LETTER = "letter", "letter"
        TOOLKIT = "toolkit", "toolkit"

    exchange = models.ForeignKey(
        "tenancy.Exchange", on_delete=models.PROTECT, related_name="documents"
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # People name files after the person they are about.
    original_name = EncryptedTextField()
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="Bytes of the copy that is served.")
    sha256 = models.CharField(max_length=64, help_text="Of the copy that is served.")
    pages = models.PositiveIntegerField(null=True, help_text="Empty for a picture.")
    text_layer_checked = models.BooleanField(
        default=False, help_text="Its text was read for Social Security numbers; photos have none."
    )
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    stored_as = models.CharField(max_length=120, unique=True, editable=False)
    sealed_as = models.CharField(max_length=120, blank=True, editable=False)
    sealed_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["uploaded_by", "created_at"], name="document_by_uploader")]

    def __str__(self) -> str:
        # Never the file's name: this ends up in the administration site's log and in errors.
        return f"{self.get_purpose_display()} {self.public_id}"
