"""The objects the access table's addresses name, made through the services."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from escalations.constituent import services as constituent
from escalations.constituent.models import ReferralContact
from escalations.releases import services as releases
from escalations.tickets import services as tickets
from escalations.tickets.models import RoutingRule, TicketType
from notifications.models import Bell, MailMessage
from portal.casework import drafts
from portal.casework.common_acts import attach_document, take_case
from portal.casework.models import Case, OutboxMessage, SavedView
from portal.clocks.models import BusinessCalendar, SlaPolicy
from portal.consumers.models import FeedRun
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.tenancy import services as tenancy
from tests.access import rooms
from tests.world import World


@dataclass
class Things:
    """Values for the arguments of addresses, by the names the table uses."""

    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def stored_document(world: World, purpose: str = Document.Purpose.ATTACHMENT) -> Document:
    """A document as if it had been screened; these tests decide who may reach it."""
    content = b"%PDF-1.7\n%%EOF\n"
    screened = ScreenedFile(
        content=content,
        original=content,
        content_type="application/pdf",
        extension=".pdf",
        original_name="paper.pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=None,
        height=None,
        pages=1,
        text_layer_checked=True,
    )
    return store_document(
        exchange=world.exchange,
        file=screened,
        purpose=Document.Purpose(purpose),
        uploaded_by=None,
    )


def working_case(world: World) -> tuple[Case, Case]:
    """A case of Assembly District 13 that the Escalations Unit works, and its ticket."""
    case = constituent.submit_case(
        actor=world.actor("office.staff"), description="No card arrived."
    )
    analyst = world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.assign_division(
        case=case, actor=analyst, division=world.organizations["escalations-unit"]
    )
    ticket = Case.objects.get(kind="ticket", links_out__to_case=case)
    take_case(case=ticket, actor=world.actor("eru.specialist"))
    tickets.start_work(case=ticket, actor=world.actor("eru.specialist"))
    case.refresh_from_db()
    return case, ticket


def make_things(world: World) -> Things:
    """One of everything an address can name."""
    case, ticket = working_case(world)
    analyst, staff = world.actor("ea.analyst"), world.actor("office.staff")
    paper = stored_document(world)
    attach_document(case=case, actor=analyst, document=paper)
    release = releases.submit_release(
        actor=staff, case=case, document=stored_document(world, Document.Purpose.RELEASE_FORM)
    )
    token, _ = tenancy.create_api_token(
        actor=analyst, membership=world.memberships["ea.analyst"], name="mine"
    )
    invitation, _ = tenancy.invite_person(
        actor=world.actor("office.manager"),
        organization=world.organizations["assembly-13"],
        role_key="office_staff",
        email="new.person@assembly13.example",
        full_name="New Person",
    )
    draft = drafts.save_draft(
        actor=staff, form="constituent.submit", content={"description": "Half a sentence"}
    )
    message = OutboxMessage.objects.filter(case=case).first()
    assert message is not None
    bell = Bell.objects.create(
        exchange=world.exchange,
        person=world.people["ea.analyst"],
        message=message,
        key=message.key,
        case=case,
    )
    mail = MailMessage.objects.create(
        exchange=world.exchange,
        message=message,
        person=world.people["ea.analyst"],
        key=message.key,
        to=world.people["ea.analyst"].email,
        subject="About a case",
        body="Sign in to read it.",
        rfc_message_id=f"<{uuid.uuid4()}@liaison.example>",
        state=MailMessage.State.PARKED,
        give_up_at=timezone.now(),
    )
    return Things(
        rooms.things(
            world,
            {
                "case": case.number,
                "ticket": ticket.number,
                "act": "post_update",
                "file": paper.public_id,
                "release": release.pk,
                "token": token.pk,
                "membership": world.memberships["office.staff2"].pk,
                "person": world.people["qa.analyst"].pk,
                "invitation": invitation.pk,
                "draft": draft.public_id,
                "draft_form": "constituent.submit",
                "way": "new",
                "saved_view": SavedView.objects.create(
                    exchange=world.exchange,
                    person=world.people["ea.analyst"],
                    list_key="queue",
                    name="Mine",
                    query="view=mine",
                ).pk,
                "referral": ReferralContact.objects.create(
                    exchange=world.exchange, kind="regulator", name="A regulator"
                ).pk,
                "ticket_type": TicketType.objects.filter(exchange=world.exchange)
                .values_list("key", flat=True)
                .first(),
                "rule": RoutingRule.objects.values_list("pk", flat=True).first(),
                "direction": "up",
                "calendar": BusinessCalendar.objects.values_list("key", flat=True).first(),
                "policy": SlaPolicy.objects.values_list("key", flat=True).first(),
                "feed_run": FeedRun.objects.create(
                    exchange=world.exchange, kind="access-to-care", file_sha256="0" * 64
                ).pk,
                "bell": bell.pk,
                "outbox": message.pk,
                "mail": mail.pk,
                "template": "constituent.acknowledged",
            },
        )
    )


#: What stands in an address for something that never was.
MADE_UP = {
    "number": "EA-2025-999999",
    "pk": 999_999_999,
    "public_id": uuid.UUID(int=4),
}
