"""Every write on a producer's escalation (C.2b; MD-03…MD-24)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from escalations.producers import selectors
from escalations.producers.models import (
    Channel,
    EscalatedConsumer,
    ProducerEscalation,
)
from escalations.producers.table import KIND, OPENING_CLOCKS
from escalations.tickets.models import ResolutionCode, TicketDetail, TicketType
from escalations.tickets.opening import route
from portal.casework.common_acts import create_link
from portal.casework.machine import Audience, Refused
from portal.casework.models import Attachment, Case, CaseLink
from portal.casework.search import index_case
from portal.casework.services import (
    Change,
    enqueue,
    open_case,
    perform,
    require_text,
)
from portal.consumers.models import Consumer
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person

#: Characters of a description or a reply.
LONGEST_TEXT = 4_000
#: The automatic mail, with the Person ID and without (MD-18, MD-23).
RECEIVED, RECEIVED_WITHOUT_ID = (
    "producer_escalation.received",
    "producer_escalation.received_without_id",
)


class AlreadyOpen(Refused):
    """The same consumer and type are open already, under the original incident number (MD-03).

    ``originals`` maps consumer ids to the open escalations.
    """

    def __init__(self, originals: Mapping[int, Case]) -> None:
        self.originals = originals
        numbers = list(dict.fromkeys(case.number for case in originals.values()))
        if len(numbers) == 1:
            told = f"This issue is open already: the incident number is {numbers[0]}."
        else:
            told = f"These issues are open already: the incident numbers are {', '.join(numbers)}."
        super().__init__(f"{told} Use it to follow up; a second escalation was not made.")


@dataclass(frozen=True)
class Sender:
    """Who brings an escalation, and how."""

    channel: Channel
    name: str
    npn: str
    #: None: they do not sign in here, so nobody is told by mail.
    person: Person | None
    organization: Organization | None


@transaction.atomic
def submit_escalation(
    *,
    actor: Actor,
    ticket_type: TicketType,
    consumers: Collection[Consumer],
    description: str,
    verified: bool,
    documents: Sequence[Document] = (),
    draft: uuid.UUID | None = None,
) -> Case:
    """A producer escalates an issue of their consumers (C.2b 2).

    Args:
        verified: the producer looked at what identifies the consumer and found it right (MD-16).
        draft: the draft it was typed in as; a second submission of it answers the first's case.

    Raises:
        NotAllowed: the actor may not escalate.
        Consumer.DoesNotExist: a consumer is not in the actor's book; the two are one answer.
        ValidationError: something is missing or too much; names the field.
        SsnRefused: the description holds a Social Security number.
        AlreadyOpen: the same consumer and type are open already.
        Refused: no line of the routing table matches.
    """
    actor.require("producers.escalate")
    if draft and (made := made_of(actor=actor, draft=draft)):
        return made
    own = selectors.consumers_for(actor).filter(pk__in=[one.pk for one in consumers])
    if own.count() != len({one.pk for one in consumers}):
        raise Consumer.DoesNotExist
    if consumers and not verified:
        raise ValidationError(
            {"verified": "Check the consumer, and tick that it is the right one."}
        )
    sender = Sender(
        Channel.PORTAL,
        actor.person.full_name if actor.person else "",
        selectors.npn_of(actor),
        actor.person,
        actor.organization,
    )
    return open_escalation(
        actor=actor,
        ticket_type=ticket_type,
        consumers=consumers,
        description=description,
        sender=sender,
        documents=documents,
        draft=draft,
    )


def made_of(*, actor: Actor, draft: uuid.UUID) -> Case | None:
    """The actor's escalation that this draft became; None when it became none."""
    rows = Case.objects.visible_to(actor).filter(producer_escalation__draft=draft)
    return rows.filter(opened_by=actor.person).first()


@transaction.atomic
def open_escalation(
    *,
    actor: Actor,
    ticket_type: TicketType,
    consumers: Collection[Consumer],
    description: str,
    sender: Sender,
    documents: Sequence[Document] = (),
    draft: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Case:
    """Open an escalation for whoever brings it; the callers have checked the actor.

    The consumers are locked meanwhile, so that two channels at the same moment make one case.

    Raises:
        ValidationError: no consumer, several for a type that takes one, no description, files
            where none are taken; names the field.
        SsnRefused: the description holds a Social Security number.
        AlreadyOpen: the same consumer and type are open already.
        Refused: no line of the routing table matches.
    """
    is_commission = _is_commission(actor, ticket_type)
    _check_consumers(consumers, is_commission=is_commission)
    if is_commission and documents:
        raise ValidationError({"uploads": "A commission escalation takes no files."})
    description = check_text("description", description, "what the issue is")
    ids = [one.pk for one in consumers]
    # Everybody locks in one order; foreign keys to a consumer are not held up.
    locked = list(
        Consumer.objects.select_for_update(of=("self",), no_key=True)
        .filter(exchange_id=actor.exchange_id, pk__in=ids)
        .order_by("pk")
    )
    originals = selectors.open_escalations_of(
        exchange_id=actor.exchange_id, consumers=ids, ticket_type=ticket_type
    )
    if originals:
        raise AlreadyOpen(originals)
    queue, why = route(exchange=actor.exchange, ticket_type=ticket_type, is_urgent=False)
    if queue is None:
        raise Refused(f"{why} Ask the exchange's administrator to add one.")
    case = open_case(
        actor=actor,
        kind_key=KIND,
        topic=ticket_type.key,
        queue=queue,
        organization=sender.organization,
        at=at,
        notifies=["ticket.opened"],
        clock_effects=OPENING_CLOCKS,
        event_data={"type": ticket_type.key, "queue": queue.pk, "channel": sender.channel.value},
    )
    first = locked[0] if len(locked) == 1 else None
    TicketDetail.objects.create(
        exchange=actor.exchange,
        case=case,
        ticket_type=ticket_type,
        summary=description,
        consumer_name=first.full_name if first else "",
        consumer_case_number=first.case_number if first else "",
        consumer_phone=first.phone if first else "",
        consumer_email=first.email if first else "",
        routed_because=why,
    )
    more = ProducerEscalation.objects.create(
        exchange=actor.exchange,
        case=case,
        channel=sender.channel,
        producer=sender.person,
        producer_name=sender.name,
        npn=sender.npn,
        is_commission=is_commission,
        draft=draft,
    )
    EscalatedConsumer.objects.bulk_create(
        [EscalatedConsumer(exchange=actor.exchange, case=case, consumer=one) for one in locked]
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
    index_case(
        case=case,
        texts=[description, ticket_type.label, sender.name, *(one.full_name for one in locked)],
        identifiers=[
            sender.npn,
            more.thread_token,
            *(number for one in locked for number in (one.person_id, one.case_number)),
        ],
    )
    names_person = first is not None and bool(first.person_id) and not is_commission
    # Not tied to the event: whoever submits it is told, although it was their own act (MD-11).
    enqueue(case=case, keys=[RECEIVED if names_person else RECEIVED_WITHOUT_ID])
    return case


def check_text(field: str, text: str, what: str) -> str:
    """The text without its margins.

    Raises:
        ValidationError: it is empty or too long; names the field.
        SsnRefused: it holds a Social Security number.
    """
    text = require_text(field, text, what)
    if len(text) > LONGEST_TEXT:
        raise ValidationError({field: f"Use at most {LONGEST_TEXT:,} characters."})
    if contains_ssn(text):
        raise SsnRefused(f"the {field}")
    return text


def _is_commission(actor: Actor, ticket_type: TicketType) -> bool:
    chosen = selectors.types_for(actor).filter(pk=ticket_type.pk).first()
    if chosen is None:
        raise ValidationError({"ticket_type": "Choose one of the types."})
    return bool(chosen.escalation_type.is_commission)


def _check_consumers(consumers: Collection[Consumer], *, is_commission: bool) -> None:
    if not consumers:
        kind = "A commission escalation" if is_commission else "An escalation"
        raise ValidationError({"consumers": f"{kind} is about a consumer: choose at least one."})
    if len(consumers) > 1 and not is_commission:
        raise ValidationError(
            {"consumers": "Only a commission escalation takes several consumers."}
        )


def resolve_escalation(
    *,
    case: Case,
    actor: Actor,
    code: ResolutionCode,
    steps: str,
    expected_version: int | None = None,
) -> Case:
    """Resolve: the producer is told by mail, and reads the resolution or next steps here."""
    steps = check_text("steps", steps, "the resolution or the next steps")

    def effect(case: Case) -> Change:
        TicketDetail.objects.filter(case=case).update(resolution_code=code, resolution_steps=steps)
        return Change(event_data={"code": code.key}, fields=["resolution_code", "steps"])

    return perform(
        case=case, act_key="resolve", actor=actor, expected_version=expected_version, effect=effect
    )


def mark_duplicate(
    *, case: Case, actor: Actor, original: Case, expected_version: int | None = None
) -> Case:
    """End an escalation in favor of the original; the producer gets its number (C.2b 8).

    Raises:
        ValidationError: the other is this one, is no producer's escalation, or is itself a
            duplicate.
    """
    if original.pk == case.pk:
        raise ValidationError({"number": "Enter the number of the other escalation."})
    if original.kind != KIND or original.status == "duplicate":
        raise ValidationError({"number": "Enter the number of the original escalation."})

    def effect(case: Case) -> Change:
        create_link(child=case, parent=original, kind=CaseLink.Kind.DUPLICATE)
        return Change(event_data={"original": original.pk}, fields=["links"])

    return perform(
        case=case,
        act_key="mark_duplicate",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
