"""Photos of a location: what is accepted, how they are kept, and which one the public may see.

A photo comes in through :mod:`portal.documents`: told by its content, scanned, decoded in a
sandbox and encoded anew, upright and without where it was taken (SF-02). What is shown needs no
more than :data:`LONGEST_SIDE` pixels, so larger ones are made smaller before they are kept.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from portal.casework import drafts
from portal.casework.machine import Audience
from portal.casework.models import Attachment, Draft
from portal.documents.models import Document
from portal.documents.refusals import UploadRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.services import store_document
from portal.documents.ssn import redact
from portal.tenancy.actor import Actor
from storefronts.models import Listing, Photo, StorefrontApplication
from storefronts.table import APPROVED

#: Photos an application needs, and may have (C.6 2).
FEWEST: Final = 2
MOST: Final = 10
#: Pixels of the longer side of a kept photo.
LONGEST_SIDE: Final = 2_400
_QUALITY: Final = 88
_PDF = "This is a PDF, not a photo. Take a photo, or save the page as JPEG, and add that."
_NO_PHOTO = "This is not a photo. Only JPEG and PNG photos are accepted."
#: Refusals of files in general that speak of PDF, which is none of a photo's ways out.
_OTHER_FILES = frozenset({"type", "office", "web"})


@dataclass(frozen=True)
class PhotoView:
    """A photo as pages show it."""

    public_id: uuid.UUID
    kind: str
    kind_label: str
    alt: str
    size: int


def screen_photo(file: File[bytes]) -> ScreenedFile:
    """Check an uploaded photo and return the copy to keep, without any metadata.

    Raises:
        UploadRefused: it is damaged, too large, or has too many pixels.
        SsnRefused: its name or properties hold a Social Security number.
        ValidationError: it is no photo, or a PDF.
    """
    try:
        screened = screen_upload(file)
    except UploadRefused as refusal:
        if refusal.code in _OTHER_FILES:
            raise ValidationError(_NO_PHOTO, code="no_photo") from None
        raise
    if screened.width is None or screened.height is None:
        raise ValidationError(_PDF, code="no_photo")
    return _fit(screened)


@transaction.atomic
def add_to_draft(*, actor: Actor, draft: Draft, file: File[bytes]) -> Document:
    """Keep a photo with a draft, last in its order.

    Raises:
        ValidationError: the photo is not accepted, or the draft has as many as it may have.
        Draft.DoesNotExist: the draft is not the actor's.
    """
    # The lock makes two photos sent at the same moment count one after the other.
    draft = drafts.drafts_of(actor=actor).select_for_update().get(pk=draft.pk)
    if drafts.documents_of(draft).count() >= MOST:
        raise ValidationError(f"An application has at most {MOST} photos. Remove one first.")
    document = store_document(
        exchange=actor.exchange,
        file=screen_photo(file),
        purpose=Document.Purpose.EVIDENCE,
        uploaded_by=actor.person,
    )
    drafts.add_document(actor=actor, draft=draft, document=document, purpose="photo")
    return document


def refusal_of(file: File[bytes], error: ValidationError) -> str:
    """The sentence shown for a photo that was refused; its name may hold the very number."""
    return f"{redact(file.name or 'Photo')}: {' '.join(error.messages)}"


def attach_photos(
    *, application: StorefrontApplication, actor: Actor, photos: Sequence[tuple[Document, str]]
) -> list[Photo]:
    """Put photos on an application, in order, after those it has.

    They are served through the portal's file door: to the applicant's organization and to
    reviewers, and to nobody else.

    Args:
        photos: each document with its kind, a value of ``Photo.Kind``.
    """
    first = application.photos.count()
    Attachment.objects.bulk_create(
        Attachment(
            exchange_id=application.exchange_id,
            case=application.case,
            document=document,
            audience=Audience.DETAIL,
            added_by=actor.person,
        )
        for document, _ in photos
    )
    return Photo.objects.bulk_create(
        Photo(
            exchange_id=application.exchange_id,
            application=application,
            document=document,
            kind=kind,
            position=first + place,
        )
        for place, (document, kind) in enumerate(photos)
    )


def photos_of(application: StorefrontApplication) -> list[PhotoView]:
    """The application's photos in the applicant's order.

    Decides nothing about access: the caller has shown the application to this reader. Each is
    fetched at ``casework:file`` with the case's number and its ``public_id``.
    """
    rows = application.photos.select_related("document").order_by("position", "pk")
    seen: dict[str, int] = {}
    views = []
    for row in rows:
        seen[row.kind] = seen.get(row.kind, 0) + 1
        views.append(
            PhotoView(
                row.document.public_id,
                row.kind,
                row.get_kind_display(),
                alt_text(application.name, row.kind, seen[row.kind]),
                row.document.size,
            )
        )
    return views


def alt_text(name: str, kind: str, number: int = 1) -> str:
    """What a photo shows, in words, from its kind; ``number`` counts those of one kind from 1."""
    what = {
        Photo.Kind.EXTERIOR.value: "Outside of {name}, with its sign",
        Photo.Kind.INTERIOR.value: "Inside of {name}",
    }.get(kind, "Photo of {name}")
    text = what.format(name=name.strip() or "the location")
    return text if number == 1 else f"{text}, photo {number}"


def public_photo(listing: Listing) -> Document | None:
    """The photo anybody may see: the first of the outside, from the latest approved application.

    None where the listing has no approved application, or is not on the map.
    """
    if listing.state != Listing.State.ACTIVE:
        return None
    latest = (
        StorefrontApplication.objects.filter(listing=listing, case__status=APPROVED)
        .order_by("-decided_at", "-pk")
        .first()
    )
    if latest is None:
        return None
    photo = latest.photos.filter(kind=Photo.Kind.EXTERIOR).select_related("document").first()
    return photo.document if photo else None


def _fit(screened: ScreenedFile) -> ScreenedFile:
    """The photo with its longer side within :data:`LONGEST_SIDE`.

    Decodes only the clean copy, which the sandbox has encoded itself.
    """
    from PIL import Image

    if max(screened.width or 0, screened.height or 0) <= LONGEST_SIDE:
        return screened
    with Image.open(io.BytesIO(screened.content)) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        fitted = io.BytesIO()
        if screened.content_type == "image/jpeg":
            image.save(fitted, "JPEG", quality=_QUALITY)
        else:
            image.save(fitted, "PNG")
        width, height = image.size
    content = fitted.getvalue()
    return replace(
        screened,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=width,
        height=height,
    )
