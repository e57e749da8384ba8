"""Writes on a constituent case from its arrival to its resolution; all doors lead here."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.constituent import table
from escalations.constituent.models import (
    ConstituentDetail,
    InformationRequest,
    Item,
    ReferralContact,
)
from escalations.constituent.particulars import check_particulars, reindex, update_particulars
from escalations.releases.services import submit_release
from portal.casework import kinds
from portal.casework.machine import Audience, Refused
from portal.casework.models import Attachment, Case, Note
from portal.casework.services import Change, open_case, perform, require_text
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

#: The unit that owns constituent cases (EA-01).
EXTERNAL_AFFAIRS_CODE = "external-affairs"
#: Where most cases go (EA-11).
DEFAULT_DIVISION_CODE = "escalations-unit"


@transaction.atomic
def submit_case(
    *,
    actor: Actor,
    description: str,
    office: Organization | None = None,
    channel: str | None = None,
    constituent_name: str = "",
    case_or_application_id: str = "",
    date_of_birth: date | None = None,
    phone: str = "",
    email: str = "",
    office_contact: str = "",
    documents: Sequence[Document] = (),
    release_form: Document | None = None,
    draft_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Case:
    """Take in a constituent's case (EA-02…EA-06).

    Args:
        draft_id: public id of the draft it was typed in; tells a second submit of the same draft
            which case it became.
        office: who brings it, when External Affairs records it for them; an office's own staff
            always submit for their own office.
        release_form: a signed release sent along; it is checked later and opens nothing yet.

    Raises:
        NotAllowed: the actor may neither submit nor record cases.
        ValidationError: no description, a birth date in the future, or no office; names the field.
        SsnRefused: a text holds a Social Security number; nothing is stored.
    """
    if actor.is_outside:
        actor.require("constituent.submit")
        office, channel = actor.organization, channel or ConstituentDetail.Channel.PORTAL
    elif not actor.is_system:
        actor.require("constituent.record")
        channel = channel or ConstituentDetail.Channel.PHONE
    if office is None or office.kind != Organization.Kind.GOVERNMENT_OFFICE:
        raise ValidationError({"office": "Choose the office that brings the case."})
    fields = {
        "description": require_text("description", description, "a brief description of the case"),
        "constituent_name": constituent_name.strip(),
        "case_or_application_id": case_or_application_id.strip(),
        "date_of_birth": date_of_birth,
        "phone": phone.strip(),
        "email": email.strip(),
        "office_contact": office_contact.strip(),
    }
    check_particulars(actor=actor, fields=fields)
    queue = Organization.objects.filter(exchange=actor.exchange, code=EXTERNAL_AFFAIRS_CODE).first()
    case = open_case(
        actor=actor,
        kind_key="constituent",
        organization=office,
        queue=queue,
        at=at,
        notifies=["constituent.received"],
        clock_effects=table.OPENING_CLOCKS,
        event_data={"channel": channel} | ({"draft": str(draft_id)} if draft_id else {}),
    )
    detail = ConstituentDetail.objects.create(
        exchange=actor.exchange, case=case, channel=str(channel), **fields
    )
    Attachment.objects.bulk_create(
        [
            Attachment(
                exchange=actor.exchange,
                case=case,
                document=document,
                audience=Audience.DETAIL,
                added_by=actor.person,
            )
            for document in documents
        ]
    )
    if release_form is not None:
        submit_release(actor=actor, case=case, document=release_form)
    reindex(detail)
    return case


def acknowledge(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Acknowledge receipt to the office (EA-08)."""
    return perform(case=case, act_key="acknowledge", actor=actor, expected_version=expected_version)


def begin_review(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Begin to determine jurisdiction (EA-09)."""
    return perform(
        case=case, act_key="begin_review", actor=actor, expected_version=expected_version
    )


def refer_out(
    *,
    case: Case,
    actor: Actor,
    contact: ReferralContact,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    """Refer the case to the entity that may help; the office gets its contact (EA-17, EA-18)."""
    reason = require_text("reason", reason, "why the case is outside the jurisdiction")
    if contains_ssn(reason):
        raise SsnRefused("the reason")

    def effect(case: Case) -> Change:
        ConstituentDetail.objects.filter(case=case).update(referral=contact, referral_reason=reason)
        return Change(event_data={"referral": contact.pk}, fields=["referral"])

    return perform(
        case=case,
        act_key="refer_out",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def assign_division(
    *,
    case: Case,
    actor: Actor,
    division: Organization,
    instructions: str = "",
    is_urgent: bool = False,
    expected_version: int | None = None,
) -> Case:
    """Accept the case and open a linked ticket in a division's queue (EA-10, EA-11)."""
    if not division.has_queue or not division.is_active:
        raise ValidationError({"division": "Choose a unit that has a queue."})
    if contains_ssn(instructions):
        raise SsnRefused("the instructions")

    def effect(case: Case) -> Change:
        detail = case.constituent
        open_ticket = kinds.get("ticket").open_for
        if open_ticket is None:
            raise Refused("This exchange works no tickets.")
        open_ticket(
            parent=case,
            queue=division,
            actor=actor,
            is_urgent=is_urgent,
            summary=detail.description,
            consumer_name=detail.constituent_name,
            consumer_case_number=detail.case_or_application_id,
            consumer_phone=detail.phone,
            consumer_email=detail.email,
        )
        return Change(
            columns={"is_urgent": is_urgent},
            note=instructions.strip(),
            event_data={"division": division.pk},
            fields=["division"],
        )

    return perform(
        case=case,
        act_key="assign_division",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def ask_office(
    *, case: Case, actor: Actor, items: Sequence[str], expected_version: int | None = None
) -> Case:
    """Ask the office for items of the list of six; their clock runs until they answer."""
    if not items or set(items) - set(Item.values):
        raise ValidationError({"items": "Choose at least one item of the list."})

    def effect(case: Case) -> Change:
        case.information_requests.filter(answered_at=None).update(answered_at=timezone.now())
        InformationRequest.objects.create(
            exchange_id=case.exchange_id, case=case, items=list(items), asked_by=actor.person
        )
        return Change(
            columns={"is_waiting": True}, event_data={"items": list(items)}, fields=["requests"]
        )

    with_unit = case.status in ("assigned", "in_resolution")
    return perform(
        case=case,
        act_key="await_office" if with_unit else "ask_office",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


@transaction.atomic
def reply_for_office(
    *,
    case: Case,
    actor: Actor,
    message: str = "",
    documents: Sequence[Document] = (),
    release_form: Document | None = None,
    expected_version: int | None = None,
    act_key: str = "reply",
    **items: Any,
) -> Case:
    """The office sends what it was asked for, or anything it has learned (C.1 7).

    ``items`` are new values of the listed fields; empty ones change nothing. ``act_key`` is
    ``take_mail`` where somebody else puts in what the office wrote by mail.
    """
    values = {name: value for name, value in items.items() if value}
    if not (message.strip() or documents or release_form or values):
        raise ValidationError({"message": "Write a message, fill in an item or add a file."})
    if contains_ssn(message):
        raise SsnRefused("the message")
    check_particulars(actor=actor, fields=values)

    def effect(case: Case) -> Change:
        update_particulars(case, values)
        for document in documents:
            Attachment.objects.create(
                exchange_id=case.exchange_id,
                case=case,
                document=document,
                audience=Audience.DETAIL,
                added_by=actor.person,
            )
        case.information_requests.filter(answered_at=None).update(answered_at=timezone.now())
        return Change(
            columns={"is_waiting": False},
            note=message.strip(),
            note_kind=Note.Kind.MESSAGE,
            note_audience=Audience.DETAIL,
            fields=[*values, "messages"],
        )

    case = perform(case=case, act_key=act_key, actor=actor, effect=effect)
    if release_form is not None:
        submit_release(actor=actor, case=case, document=release_form)
    if case.status == "awaiting_information":
        case = perform(
            case=case, act_key="resume", actor=Actor.system(case.exchange, channel=actor.channel)
        )
    return case


@transaction.atomic
def reply_with_files(
    *,
    case: Case,
    actor: Actor,
    message: str = "",
    uploads: Sequence[ScreenedFile] = (),
    release_form: ScreenedFile | None = None,
    expected_version: int | None = None,
    **items: Any,
) -> Case:
    """Store what the office sends along, then take its reply.

    Raises:
        UploadRefused: the storage is full, or the person's share of it for today is.
    """
    documents = [
        store_document(
            exchange=actor.exchange,
            file=file,
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=actor.person,
        )
        for file in uploads
    ]
    form = None
    if release_form is not None:
        form = store_document(
            exchange=actor.exchange,
            file=release_form,
            purpose=Document.Purpose.RELEASE_FORM,
            uploaded_by=actor.person,
            keep_original=True,
        )
    return reply_for_office(
        case=case,
        actor=actor,
        message=message,
        documents=documents,
        release_form=form,
        expected_version=expected_version,
        **items,
    )


def resume_case(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Record that the awaited answer came by another way."""

    def effect(case: Case) -> Change:
        case.information_requests.filter(answered_at=None).update(answered_at=timezone.now())
        return Change()

    return perform(
        case=case, act_key="resume", actor=actor, expected_version=expected_version, effect=effect
    )


def edit_information(
    *, case: Case, actor: Actor, expected_version: int | None = None, **items: Any
) -> Case:
    """Complete or correct the items of the case (EA-05)."""
    check_particulars(actor=actor, fields=items)

    def effect(case: Case) -> Change:
        changed = update_particulars(case, items)
        if not changed:
            raise Refused("Nothing was changed.")
        return Change(fields=changed)

    return perform(
        case=case, act_key="edit", actor=actor, expected_version=expected_version, effect=effect
    )


def post_update(
    *, case: Case, actor: Actor, text: str, expected_version: int | None = None
) -> Case:
    """Post an update for the office (EA-14).

    An office without a release in force learns that there is an update and the coarse status;
    the words are for an office with one.
    """
    text = require_text("text", text, "the update")
    change = Change(
        note=text,
        note_kind=Note.Kind.UPDATE,
        note_audience=Audience.DETAIL,
        fields=["updates"],
    )
    return perform(
        case=case,
        act_key="post_update",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )
