"""Coordination with a health plan: who was asked for what, followed up, and answered (ES-03)."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from escalations.tickets.models import CarrierFollowUp, CarrierRequest
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization


def carriers_of(exchange: Exchange) -> QuerySet[Organization]:
    """The health plans one can coordinate with: the exchange's carriers."""
    kind = Organization.Kind.CARRIER
    return Organization.objects.active().filter(exchange=exchange, kind=kind).order_by("name")


def ask_carrier(
    *,
    case: Case,
    actor: Actor,
    carrier: Organization,
    asked: str,
    channel: str = CarrierRequest.Channel.PHONE,
    contact_person: str = "",
    expected_version: int | None = None,
) -> Case:
    """Ask a health plan: the ticket waits in its hands, with a follow-up every five business days.

    Raises:
        ValidationError: the organization is no health plan, or nothing is asked; by field.
        SsnRefused: a text holds a Social Security number.
    """
    asked = _text("asked", asked, "what you ask for")
    contact_person = contact_person.strip()
    if contains_ssn(contact_person):
        raise SsnRefused("the contact person")
    if not carriers_of(actor.exchange).filter(pk=carrier.pk).exists():
        raise ValidationError({"carrier": "Choose one of the health plans."})

    def effect(case: Case) -> Change:
        CarrierRequest.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            carrier=carrier,
            contact_person=contact_person,
            channel=channel,
            asked=asked,
            asked_by=actor.person,
        )
        return Change(event_data={"carrier": carrier.pk}, fields=["carrier_requests"])

    return perform(
        case=case,
        act_key="ask_carrier",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def follow_up_carrier(
    *, case: Case, actor: Actor, summary: str, expected_version: int | None = None
) -> Case:
    """Record that the health plan was asked again; the next follow-up is due five days later.

    Raises:
        Refused: no request is open.
    """
    summary = _text("summary", summary, "what was said")

    def effect(case: Case) -> Change:
        request = _open_request(case)
        CarrierFollowUp.objects.create(
            exchange_id=case.exchange_id, request=request, by=actor.person, summary=summary
        )
        return Change(event_data={"carrier": request.carrier_id}, fields=["carrier_requests"])

    return perform(
        case=case,
        act_key="carrier_followed_up",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def record_carrier_answer(
    *, case: Case, actor: Actor, answer: str, expected_version: int | None = None
) -> Case:
    """Record what the health plan answered; the unit goes on.

    Raises:
        Refused: no request is open.
    """
    answer = _text("answer", answer, "what the health plan answered")

    def effect(case: Case) -> Change:
        request = _open_request(case)
        request.answer, request.answered_at = answer, timezone.now()
        request.save(update_fields=["answer", "answered_at"])
        return Change(event_data={"carrier": request.carrier_id}, fields=["carrier_requests"])

    return perform(
        case=case,
        act_key="carrier_answered",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def _text(name: str, text: str, label: str) -> str:
    text = require_text(name, text, label)
    if contains_ssn(text):
        raise SsnRefused(label)
    return text


def _open_request(case: Case) -> CarrierRequest:
    request = case.carrier_requests.filter(answered_at=None).first()
    if request is None:
        raise Refused("No health plan has been asked.")
    return request
