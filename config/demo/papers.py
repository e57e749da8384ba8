"""The demonstration's files: a few honest PDFs and a picture, screened once and stored often."""

import io
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from portal.documents.models import Document
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.services import store_document
from portal.tenancy.models import Exchange, Person

_RELEASE = (
    "I authorize the exchange to discuss specific details about my issue",
    "with the government office named below and members of its staff.",
    "",
    "Office:  the office that brought my case",
    "Signed:  (signature of an invented person)",
    "",
    "Demonstration only. Nobody signed this.",
)
_NOTICE = (
    "Notice of eligibility (invented)",
    "Your coverage ends on the last day of the month.",
    "If you disagree, call the Service Center.",
)


@dataclass(frozen=True)
class Papers:
    """Files that have passed the screening, ready to be stored as often as needed."""

    release_form: ScreenedFile
    notice: ScreenedFile
    photo: ScreenedFile

    @classmethod
    def prepare(cls) -> "Papers":
        """Draw and screen the files, each in the limited process every upload goes through."""
        return cls(
            release_form=_screen("release-form.pdf", _pdf("Release of information", _RELEASE)),
            notice=_screen("notice.pdf", _pdf("Notice", _NOTICE)),
            photo=_screen("screenshot.png", _png("Error 4021: the application was not saved")),
        )


def store(file: ScreenedFile, *, exchange: Exchange, purpose: str, person: Person) -> Document:
    """One stored document of its own."""
    return store_document(
        exchange=exchange,
        file=file,
        purpose=Document.Purpose(purpose),
        uploaded_by=person,
        keep_original=purpose == Document.Purpose.RELEASE_FORM,
    )


def _screen(name: str, content: bytes) -> ScreenedFile:
    return screen_upload(ContentFile(content, name=name))


def _pdf(title: str, lines: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter)
    canvas.setTitle(title)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(72, 700, title)
    canvas.setFont("Helvetica", 12)
    for number, line in enumerate(lines):
        canvas.drawString(72, 660 - 20 * number, line)
    canvas.save()
    return buffer.getvalue()


def _png(text: str) -> bytes:
    buffer = io.BytesIO()
    image = Image.new("RGB", (640, 360), "#f0f0f0")
    ImageDraw.Draw(image).text((40, 160), text, fill="#1b1b1b", font_size=22)
    image.save(buffer, "PNG")
    return buffer.getvalue()
