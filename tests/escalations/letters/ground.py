"""A template in force, a ticket of the Escalations Unit, and letters in each state."""

from datetime import date
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from escalations.letters import configuration, services
from escalations.letters.models import Letter, LetterTemplate, LetterTemplateVersion
from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from tests.world import World

WORDS = "Dear {consumer_name},\n\nWe looked into {number} of {opened}.\n\n{signature_name}"
ADDRESSEE = "Rosa Quintero\n12 Example Street\nFresno, CA 93650"


def template(
    world: World,
    key: str = "answer",
    *,
    body: str = WORDS,
    valid_from: date = date(2025, 1, 1),
    **values: Any,
) -> LetterTemplate:
    """A template with one approved version, from the system's hand."""
    system = world.system
    row = configuration.add_template(actor=system, key=key, title="An answer", **values)
    approved_version(world, row, body=body, valid_from=valid_from)
    return row


def approved_version(
    world: World, row: LetterTemplate, *, body: str = WORDS, valid_from: date
) -> LetterTemplateVersion:
    """The next version of a template, written and approved by the system."""
    system = world.system
    version = configuration.write_version(
        actor=system, template=row, body=body, valid_from=valid_from
    )
    configuration.submit_version(actor=system, version=version)
    return configuration.approve_version(actor=system, version=version, note="Founded")


def ticket(world: World, consumer: str = "Rosa Quintero") -> Case:
    """An access-to-care ticket that the Escalations Unit's specialist works."""
    case = tickets.open_ticket(
        actor=world.actor("scr"),
        ticket_type=TicketType.objects.get(key="access-to-care"),
        summary="No appointment within reach.",
        consumer_name=consumer,
        consumer_case_number="5001234567",
    )
    return take_case(case=case, actor=world.actor("eru.specialist"))


def draft(world: World, case: Case | None = None, **values: Any) -> Letter:
    """A draft of the specialist, ready to be sent for approval."""
    case = case or ticket(world)
    row = LetterTemplate.objects.first() or template(world, **values)
    writer = world.actor("eru.specialist")
    letter = services.draft_letter(actor=writer, case=case, template=row)
    return services.edit_letter(actor=writer, letter=letter, addressee=ADDRESSEE, body=letter.body)


def waiting(world: World, case: Case | None = None, **values: Any) -> Letter:
    """A letter that waits for approval."""
    letter = draft(world, case, **values)
    return services.submit_letter(actor=world.actor("eru.specialist"), letter=letter)


def approved(world: World, case: Case | None = None, **values: Any) -> Letter:
    """A letter the unit's lead has approved."""
    letter = waiting(world, case, **values)
    return services.approve_letter(actor=world.actor("eru.lead"), letter=letter)


def text_of(pdf: bytes) -> str:
    """The words of a PDF, as any reader extracts them."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
