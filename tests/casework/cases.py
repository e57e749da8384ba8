"""Cases the tests of the spine stand on."""

from datetime import date
from io import BytesIO
from typing import Any

from django.test import Client
from PIL import Image

from escalations.constituent import services as constituent
from escalations.constituent.models import ReferralContact
from escalations.releases.services import accept_release, submit_release
from escalations.tickets import services as tickets
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.documents.models import Document
from tests.world import World

NAME = "Rosa Quintero"


def office_case(world: World, **fields: Any) -> Case:
    """A case of Assembly District 13, received."""
    return constituent.submit_case(
        actor=world.actor(fields.pop("by", "office.staff")),
        description=fields.pop("description", "Coverage ended without notice."),
        constituent_name=fields.pop("constituent_name", NAME),
        case_or_application_id="5001234567",
        phone="916-555-0142",
        **fields,
    )


def assigned_case(world: World, **fields: Any) -> tuple[Case, Case]:
    """A constituent case with its ticket in the Escalations Unit's queue."""
    case = office_case(world, **fields)
    analyst = world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.assign_division(
        case=case, actor=analyst, division=world.organizations["escalations-unit"]
    )
    case.refresh_from_db()
    return case, Case.objects.filter(kind="ticket").latest("pk")


def taken_ticket(world: World, by: str = "eru.specialist") -> Case:
    """A ticket somebody of the Escalations Unit owns and works on."""
    _, ticket = assigned_case(world)
    take_case(case=ticket, actor=world.actor(by))
    tickets.start_work(case=ticket, actor=world.actor(by))
    ticket.refresh_from_db()
    return ticket


def release(world: World, case: Case) -> None:
    """Put a signed release for the case's office in force."""
    document = Document.objects.create(
        exchange=world.exchange,
        original_name="release.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        purpose=Document.Purpose.RELEASE_FORM,
        stored_as=f"test/{case.pk}",
    )
    row = submit_release(actor=world.actor("office.staff"), case=case, document=document)
    accept_release(
        actor=world.actor("ea.analyst"),
        release=row,
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        signed_on=date(2025, 11, 5),
    )


def png() -> bytes:
    """A small picture that may come in as a file."""
    content = BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return content.getvalue()


def contact(world: World) -> ReferralContact:
    """An entry of the referral directory."""
    return ReferralContact.objects.create(
        exchange=world.exchange,
        kind=ReferralContact.Kind.REGULATOR,
        name="Department of Plan Oversight",
        phone="888-555-0100",
        url="https://oversight.example",
    )


def signed_in(world: World, key: str) -> Client:
    """A browser in which this person has signed in and acts in the world's exchange."""
    client = Client()
    client.force_login(world.person(key))
    session = client.session
    session["exchange_id"] = world.exchange.pk
    session["membership_id"] = world.memberships[key].pk
    session.save()
    return client
