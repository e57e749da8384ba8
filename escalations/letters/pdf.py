"""A letter as PDF: the same input gives the same bytes, and no person stands in its metadata."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import LETTER as PAGE
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from escalations.letters import typeface
from escalations.letters.placeholders import long_date, paragraphs_of

_MARGIN = 1 * inch
#: reportlab keeps this much free inside the frame that holds the text.
_PADDING = 6
_GREY = HexColor("#565c65")


@dataclass(frozen=True)
class Sheet:
    """Everything that is printed."""

    exchange: str
    contact: Sequence[str]
    #: Case number, or empty for a sample.
    number: str
    dated: date
    language: str
    addressee: str
    body: str
    #: Printed at the foot of every page of what is no letter yet, e.g. "Draft".
    mark: str = ""


def as_pdf(sheet: Sheet) -> bytes:
    """The letter on US Letter paper.

    The characters must be printable (:func:`escalations.letters.typeface.unprintable`).
    """
    typeface.load()
    body = ParagraphStyle(
        "body", fontName=typeface.REGULAR, fontSize=10.5, leading=15.5, alignment=TA_LEFT
    )
    head = ParagraphStyle("head", parent=body, fontName=typeface.BOLD, fontSize=14, leading=18)
    small = ParagraphStyle("small", parent=body, fontSize=8.5, leading=12, textColor=_GREY)
    story: list[Flowable] = [
        Paragraph(_markup(sheet.exchange), head),
        *(Paragraph(_markup(line), small) for line in sheet.contact if line),
        Spacer(1, 0.35 * inch),
        Paragraph(_markup(long_date(sheet.dated, sheet.language)), body),
        Spacer(1, 0.2 * inch),
    ]
    if sheet.addressee.strip():
        story += [Paragraph(_markup(sheet.addressee), body), Spacer(1, 0.25 * inch)]
    for text in paragraphs_of(sheet.body):
        story += [Paragraph(_markup(text), body), Spacer(1, 0.13 * inch)]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=PAGE,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"Letter {sheet.number}".strip(),
        author=sheet.exchange,
        subject="",
        creator="",
        producer="",
        lang=sheet.language,
        invariant=1,
    )

    def foot(canvas: Canvas, _document: Any) -> None:
        canvas.saveState()
        canvas.setFont(typeface.REGULAR, 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(
            _MARGIN + _PADDING, 0.6 * inch, " · ".join(filter(None, [sheet.number, sheet.mark]))
        )
        canvas.drawRightString(
            PAGE[0] - _MARGIN - _PADDING, 0.6 * inch, str(canvas.getPageNumber())
        )
        canvas.restoreState()

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _markup(text: str) -> str:
    """Plain text as reportlab's markup: nothing of it is read as a tag, line ends stay."""
    return escape(typeface.tidy(text).strip()).replace("\n", "<br/>")
