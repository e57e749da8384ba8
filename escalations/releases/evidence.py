"""What is kept of a release signed online: the same facts as sealed data and as a document."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

_TITLE = "Information release form, signed online"


def canonical_json(evidence: Mapping[str, Any]) -> bytes:
    """The one way to write the evidence down, so that its hash can be reckoned again."""
    return json.dumps(
        evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def seal(evidence: Mapping[str, Any]) -> str:
    """The SHA-256 (hex) of the evidence."""
    return hashlib.sha256(canonical_json(evidence)).hexdigest()


def as_pdf(evidence: Mapping[str, Any], *, sha256: str) -> bytes:
    """The evidence as a document for people: text, name, time, and the seal of the data."""
    styles = getSampleStyleSheet()
    body, small = styles["BodyText"], styles["Italic"]
    story: list[Flowable] = [Paragraph(_TITLE, styles["Title"])]
    story += _paragraphs(evidence["text"], body)
    story += [Spacer(1, 0.2 * inch), Paragraph(escape(evidence["agreement"]), body)]
    facts = (
        ("Signed by (name typed)", evidence["name"]),
        ("Signed at", evidence["signed_at"]),
        ("Date", evidence["signed_on"]),
        ("Case", evidence["case_number"]),
        ("Office", evidence["office"]),
        ("Version of the text", evidence["text_version"]),
        ("Identity", "One-time passcode sent to the contact on the case, entered on the page"),
    )
    story += [Paragraph(f"<b>{escape(label)}:</b> {escape(str(v))}", body) for label, v in facts]
    story += [Spacer(1, 0.2 * inch), Paragraph(f"SHA-256 of the sealed record: {sha256}", small)]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=LETTER, title=_TITLE, author="", invariant=1).build(story)
    return out.getvalue()


def _paragraphs(texts: Sequence[str], style: Any) -> list[Flowable]:
    return [Paragraph(escape(text), style) for text in texts]
