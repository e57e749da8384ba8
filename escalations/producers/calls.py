"""A producer's call or mail, as staff record it: at most three consumers (MD-01, MD-07)."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from escalations.producers import conversation, selectors, services
from escalations.producers.models import CallItem, Channel, ProducerCall
from escalations.producers.services import AlreadyOpen, Sender
from escalations.tickets.models import TicketType
from portal.casework.models import Case
from portal.casework.services import require_text
from portal.consumers.models import Consumer
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: “limit the number of consumers to no more than three” (MD-07)
MOST_CONSUMERS: Final = 3
TOO_MANY: Final = (
    "A producer may bring at most three consumers in one call. Take out the others, and ask the"
    " producer to call again about them."
)
_NPN: Final = re.compile(r"\d{1,10}")
ESCALATED, RESOLVED = CallItem.Outcome.ESCALATED, CallItem.Outcome.RESOLVED


@dataclass(frozen=True)
class CallLine:
    """One consumer of a call, and what became of them in it."""

    consumer: Consumer
    ticket_type: TicketType
    #: ``escalated`` or ``resolved``.
    outcome: str
    #: What the issue is, or how it was resolved in the call.
    text: str


@transaction.atomic
def record_call(
    *,
    actor: Actor,
    channel: Channel,
    caller_name: str,
    npn: str,
    lines: Sequence[CallLine],
    draft: uuid.UUID | None = None,
) -> ProducerCall:
    """Record a call or mail: each consumer is one escalation, or was resolved in the call.

    An issue that is open already gets no second escalation: what was said is added to the
    original, and its number is what the caller is told (MD-03, MD-08). A producer who is known
    here by NPN gets the same automatic mail as through the portal.

    Raises:
        NotAllowed: the actor may not record calls.
        Consumer.DoesNotExist: a consumer is not of this exchange.
        ValidationError: name, NPN or a text is missing, or there are more than three consumers;
            names the field.
        SsnRefused: a text holds a Social Security number.
    """
    actor.require("producers.record")
    if draft and (made := call_made_of(actor=actor, draft=draft)):
        return made
    caller_name = require_text("caller_name", caller_name, "the producer's name")
    if contains_ssn(caller_name):
        raise SsnRefused("the producer's name")
    npn = npn.strip()
    if not _NPN.fullmatch(npn):
        raise ValidationError({"npn": "Enter the producer's NPN: up to ten digits."})
    check_number_of_consumers(len({line.consumer.pk for line in lines}))
    person = selectors.producer_with(exchange_id=actor.exchange_id, npn=npn)
    call = ProducerCall.objects.create(
        exchange=actor.exchange,
        channel=channel,
        caller_name=caller_name,
        npn=npn,
        producer=person,
        taken_by=actor.person,
        draft=draft,
    )
    agency = selectors.agency_of(exchange_id=actor.exchange_id, person=person) if person else None
    sender = Sender(channel, caller_name, npn, person, agency)
    for line in lines:
        _record_line(actor, call, sender, line)
    record(
        actor=actor,
        action="producers.call_recorded",
        consumers=[line.consumer.pk for line in lines],
        data={"call": call.pk, "channel": channel.value},
    )
    return call


def check_number_of_consumers(count: int) -> None:
    """Raise unless a call is about one to three consumers.

    Raises:
        ValidationError: about none, or about more; names the field.
    """
    if count == 0:
        raise ValidationError({"consumers": "Choose the consumer the producer called about."})
    if count > MOST_CONSUMERS:
        raise ValidationError({"consumers": TOO_MANY})


def call_made_of(*, actor: Actor, draft: uuid.UUID) -> ProducerCall | None:
    """The actor's call that this draft became; None when it became none."""
    rows = ProducerCall.objects.filter(exchange_id=actor.exchange_id, draft=draft)
    return rows.filter(taken_by=actor.person).first()


def _record_line(actor: Actor, call: ProducerCall, sender: Sender, line: CallLine) -> None:
    if not selectors.consumers_for(actor).filter(pk=line.consumer.pk).exists():
        raise Consumer.DoesNotExist
    outcome, case = CallItem.Outcome(line.outcome), None
    try:
        text = services.check_text("description", line.text, "what was said")
        if outcome is ESCALATED:
            outcome, case = _escalate(actor, sender, line)
    except ValidationError as error:
        raise _beside_line(line, error) from error
    CallItem.objects.create(
        exchange=actor.exchange,
        call=call,
        consumer=line.consumer,
        ticket_type=line.ticket_type,
        outcome=outcome,
        text=text,
        case=case,
    )


def _escalate(actor: Actor, sender: Sender, line: CallLine) -> tuple[CallItem.Outcome, Case]:
    try:
        with transaction.atomic():
            case = services.open_escalation(
                actor=actor,
                ticket_type=line.ticket_type,
                consumers=[line.consumer],
                description=line.text,
                sender=sender,
            )
    except AlreadyOpen as found:
        original = found.originals[line.consumer.pk]
        conversation.record_message(case=original, actor=actor, body=line.text)
        return CallItem.Outcome.DUPLICATE, original
    return ESCALATED, case


def _beside_line(line: CallLine, error: ValidationError) -> ValidationError:
    """The same objection, named by the field of the consumer it is about."""
    reasons = error.error_dict if hasattr(error, "error_dict") else {"text": [error]}
    return ValidationError({text_field(line.consumer): [e for es in reasons.values() for e in es]})


def text_field(consumer: Consumer) -> str:
    """The name of the form field with what was said about a consumer."""
    return f"text-{consumer.pk}"
