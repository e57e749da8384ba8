"""Files people of the journeys have on their desks; nobody in them exists."""

from __future__ import annotations

import io

from playwright.sync_api import FilePayload
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

_FEED_COLUMNS = (
    "Reference ID",
    "Report Year",
    "Diagnosis Category",
    "Diagnosis Sub Category",
    "Treatment Category",
    "Treatment Sub Category",
    "Determination",
    "Type",
    "Age Range",
    "Patient Gender",
)


def paper(name: str, *lines: str) -> FilePayload:
    """A PDF of one page with these lines, as a browser's file field takes it."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter)
    canvas.setTitle(name)
    for number, line in enumerate(lines):
        canvas.drawString(72, 700 - 20 * number, line)
    canvas.save()
    return FilePayload(name=name, mimeType="application/pdf", buffer=buffer.getvalue())


def notice() -> FilePayload:
    """The notice the constituent showed the office."""
    return paper("notice.pdf", "Notice of eligibility (invented)", "Your coverage ends this month.")


def release_form(*, office: str) -> FilePayload:
    """A release form that has all it needs: signature, date, office and leave to discuss."""
    return paper(
        "release-form.pdf",
        "Release of information (invented)",
        "I authorize the exchange to discuss specific details about my issue",
        f"with the staff of {office}.",
        "Signed: Consolación Varga-Whitfield, with today's date",
    )


def decision(reference: str) -> FilePayload:
    """A file of the access-to-care feed with a single decision that could not wait."""
    values = (
        reference,
        "2016",
        "Endocrine/Metabolic",
        "Diabetes",
        "Durable Medical Equipment",
        "Insulin pump",
        "Overturned Decision of Health Plan",
        "Urgent Care",
        "31-40",
        "Female",
    )
    text = f"{';'.join(_FEED_COLUMNS)}\n{';'.join(values)}\n"
    return FilePayload(name="decisions.csv", mimeType="text/csv", buffer=text.encode())
