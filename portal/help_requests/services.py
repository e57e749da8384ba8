"""Every write on a help request but the conversation and the rating (C.4; HR-01…HR-07)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.casework import kinds
from portal.casework.machine import Act, Audience, Refused
from portal.casework.models import Attachment, Case, CaseLink, Note
from portal.casework.search import index_case
from portal.casework.services import Change, Effect, enqueue, open_case, perform, require_text
from portal.clocks.models import Timer
from portal.clocks.services import zone
from portal.consumers.mirror import Consumer
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.help_requests import selectors
from portal.help_requests.models import Category, HelpRequest, HelpRoute, HelpTopic
from portal.help_requests.table import AUTO_CLOSE, KIND, OPENING_CLOCKS
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Membership, Organization

#: Characters of a description, a message or a resolution.
LONGEST_TEXT = 4_000
LONGEST_SUBJECT = 120
#: The type of escalation ticket a help request becomes.
TICKET_TYPE = ("help-request", "Help request of an enroller")
_UNANSWERED = "The enroller was asked and did not answer within ten business days."


@transaction.atomic
def submit_request(
    *,
    actor: Actor,
    topic: HelpTopic,
    subject: str,
    description: str,
    consumer: Consumer | None = None,
    documents: Sequence[Document] = (),
    draft: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Case:
    """Submit a help request; its category decides which team gets it (HR-02, HR-03, C.4 2, 3).

    Args:
        consumer: whom it is about; required in the category about consumers, none in the other.
        draft: the draft it was typed in as; a second submission answers the first one's case.

    Raises:
        NotAllowed: the actor may not ask in this category.
        Consumer.DoesNotExist: the consumer is not delegated to the actor or, for a lead, to the
            organization; the two are one answer.
        ValidationError: something is missing, too long, or a topic that is not offered; by field.
        SsnRefused: a text holds a Social Security number; nothing is kept.
        Refused: no line of the routing table matches.
    """
    actor.require("help_requests.submit")
    if draft and (made := made_of(actor=actor, draft=draft)):
        return made
    if topic.category not in selectors.categories_for(actor):
        raise NotAllowed("help_requests.submit_consumer")
    if not selectors.topics_for(actor).filter(pk=topic.pk).exists():
        raise ValidationError({"topic": "Choose one of the topics."})
    subject = check_text("subject", subject, "a subject", longest=LONGEST_SUBJECT)
    description = check_text("description", description, "what the issue is")
    consumer = _check_consumer(actor, topic, consumer)
    route = selectors.find_route(
        exchange_id=actor.exchange_id, category=topic.category, organization=actor.organization
    )
    if route is None:
        raise Refused("No team is set up to answer this. Ask the exchange's administrator.")
    case = open_case(
        actor=actor,
        kind_key=KIND,
        topic=topic.key,
        queue=route.queue,
        organization=actor.organization,
        at=at,
        notifies=["help_request.opened"],
        clock_effects=OPENING_CLOCKS,
        event_data={"topic": topic.key, "queue": route.queue_id},
    )
    detail = HelpRequest.objects.create(
        exchange_id=actor.exchange_id,
        case=case,
        topic=topic,
        subject=subject,
        description=description,
        consumer=consumer,
        routed_because=route.why,
        draft=draft,
    )
    add_documents(case=case, actor=actor, documents=documents)
    reindex(detail)
    # Not tied to the event: whoever submits it is told its number, although it was their own act.
    enqueue(case=case, keys=["help_request.received"])
    return case


def made_of(*, actor: Actor, draft: uuid.UUID) -> Case | None:
    """The actor's request that this draft became; None when it became none."""
    rows = Case.objects.visible_to(actor).filter(kind=KIND, help_request__draft=draft)
    return rows.filter(opened_by=actor.person).first()


def reindex(detail: HelpRequest) -> None:
    """Keep what a request can be found by."""
    consumer = detail.consumer
    index_case(
        case=detail.case,
        texts=[
            detail.subject,
            detail.description,
            detail.topic.label,
            consumer.full_name if consumer else "",
        ],
        identifiers=[consumer.case_number] if consumer else [],
    )


def add_documents(*, case: Case, actor: Actor, documents: Collection[Document]) -> None:
    """Put files on a request that its enroller and the team may both open."""
    Attachment.objects.bulk_create(
        Attachment(
            exchange_id=case.exchange_id,
            case=case,
            document=document,
            audience=Audience.DETAIL,
            added_by=actor.person,
        )
        for document in documents
    )


def check_text(field: str, text: str, what: str, *, longest: int = LONGEST_TEXT) -> str:
    """The text without its margins.

    Raises:
        ValidationError: it is empty or too long; names the field.
        SsnRefused: it holds a Social Security number.
    """
    text = require_text(field, text, what)
    if len(text) > longest:
        raise ValidationError({field: f"Use at most {longest:,} characters."})
    if contains_ssn(text):
        raise SsnRefused(f"the {field}")
    return text


def _check_consumer(actor: Actor, topic: HelpTopic, consumer: Consumer | None) -> Consumer | None:
    if topic.category != Category.CONSUMER:
        if consumer is not None:
            raise ValidationError(
                {"consumer": "A request about your profile is about no consumer."}
            )
        return None
    if consumer is None:
        raise ValidationError({"consumer": "Choose the consumer it is about."})
    mine = selectors.consumer_for(actor, consumer.pk)
    if mine is None:
        raise Consumer.DoesNotExist
    return mine


# --- Work ---------------------------------------------------------------------------------------


def start_work(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Begin to work on a request; it becomes the actor's own when nobody has it (C.4 4).

    Raises:
        Refused: a colleague has it.
    """

    def effect(case: Case) -> Change:
        if case.owner_id not in (None, actor.person_id):
            raise Refused("A colleague has this request. Ask them, or assign it.")
        return Change(columns={"owner": actor.person}, fields=["owner"])

    return perform(
        case=case, act_key="start", actor=actor, expected_version=expected_version, effect=effect
    )


def reroute(
    *,
    case: Case,
    actor: Actor,
    queue: Organization,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    """Hand a request to the team it belongs to; its enroller is told (C.4 6).

    Status and clock stay as they are, since the enroller was promised an answer by the exchange.

    Raises:
        ValidationError: no reason, or the organization is no team that answers help requests.
        Refused: that team has it already.
    """
    reason = check_text("reason", reason, "why it belongs to the other team")
    if not selectors.teams(actor.exchange_id).filter(pk=queue.pk).exists():
        raise ValidationError({"queue": "Choose a team that answers help requests."})

    def effect(case: Case) -> Change:
        if case.queue_id == queue.pk:
            raise Refused("That team has the request already.")
        HelpRequest.objects.filter(case=case).update(
            routed_because="Re-routed here by another team."
        )
        return Change(
            columns={"queue": queue, "owner": None},
            note=reason,
            note_audience=Audience.DETAIL,
            event_data={"from_queue": case.queue_id, "to_queue": queue.pk},
            fields=["queue", "owner"],
        )

    return perform(
        case=case, act_key="reroute", actor=actor, expected_version=expected_version, effect=effect
    )


def escalate(
    *, case: Case, actor: Actor, summary: str, expected_version: int | None = None
) -> Case:
    """Open an escalation ticket for what the team cannot complete; linked both ways (C.4 7).

    The request stays In Progress, its enroller is told, and can see where the ticket stands.

    Raises:
        Refused: the exchange works no tickets, its team escalates nowhere, or a ticket is open.
        SsnRefused: the text holds a Social Security number.
    """
    summary = check_text("summary", summary, "what has to be done")

    def effect(case: Case) -> Change:
        detail = HelpRequest.objects.select_related("consumer").get(case=case)
        unit = _escalates_to(case)
        opener = kinds.get("ticket").open_for if actor.has_module("ticket") else None
        if unit is None or opener is None:
            raise Refused("Requests of this kind are not escalated. Re-route it instead.")
        if open_tickets(case):
            raise Refused("An escalation ticket for this request is open already.")
        consumer = detail.consumer
        ticket = opener(
            parent=case,
            queue=unit,
            actor=actor,
            summary=summary,
            type_key=TICKET_TYPE[0],
            type_label=TICKET_TYPE[1],
            enroller=_membership_of_requester(case),
            consumer_name=consumer.full_name if consumer else "",
            consumer_case_number=consumer.case_number if consumer else "",
            consumer_phone=consumer.phone if consumer else "",
            consumer_email=consumer.email if consumer else "",
        )
        return Change(
            note=summary,
            event_data={"ticket": ticket.pk, "unit": unit.pk},
            fields=["escalation"],
        )

    return perform(
        case=case, act_key="escalate", actor=actor, expected_version=expected_version, effect=effect
    )


def open_tickets(case: Case) -> list[Case]:
    """The escalation tickets for a request that have not ended."""
    return [ticket for ticket in tickets_of(case) if ticket.is_open]


def tickets_of(case: Case) -> list[Case]:
    """The escalation tickets for a request, oldest first."""
    links = CaseLink.objects.filter(to_case=case, kind=CaseLink.Kind.CHILD)
    return [link.from_case for link in links.select_related("from_case").order_by("pk")]


def follow_ticket(parent: Case, child: Case, act: Act, actor: Actor) -> None:
    """Tell the team when the escalation ticket for an open request has ended."""
    if child.is_open or not parent.is_open:
        return
    perform(
        case=parent,
        act_key="ticket_ended",
        actor=Actor.system(parent.exchange, channel=actor.channel),
        effect=lambda case: Change(event_data={"ticket": child.pk}),
    )


def _escalates_to(case: Case) -> Organization | None:
    """The unit that takes the escalations of the team that has the request."""
    rows = HelpRoute.objects.filter(
        exchange_id=case.exchange_id, queue_id=case.queue_id, escalates_to__is_active=True
    )
    route = rows.select_related("escalates_to").first()
    return route.escalates_to if route else None


def _membership_of_requester(case: Case) -> Membership | None:
    """Through which the requester sees the ticket's status; None: they have left."""
    if case.opened_by_id is None or case.organization_id is None:
        return None
    return (
        Membership.objects.current()
        .filter(
            person_id=case.opened_by_id,
            organization_id=case.organization_id,
            role__actions__contains=["tickets.view_own"],
        )
        .select_related("organization", "role", "person")
        .first()
    )


# --- Ends ---------------------------------------------------------------------------------------


def resolve(
    *, case: Case, actor: Actor, resolution: str, expected_version: int | None = None
) -> Case:
    """Resolve a request; its enroller reads how, and may reopen it for five business days."""
    resolution = check_text("resolution", resolution, "how it was resolved")

    def effect(case: Case) -> Change:
        HelpRequest.objects.filter(case=case).update(resolution=resolution)
        return Change(fields=["resolution"])

    return _resolve(case, actor, "resolve", effect, expected_version)


def resolve_unanswered(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Resolve a request whose enroller was asked and never answered (C.4 5).

    Args:
        at: the instant of the sweep (UTC).
    """

    def effect(case: Case) -> Change:
        HelpRequest.objects.filter(case=case).update(resolution=_UNANSWERED)
        return Change(fields=["resolution"])

    return _resolve(case, actor, "auto_resolve", effect, at=at)


@transaction.atomic
def _resolve(
    case: Case,
    actor: Actor,
    act_key: str,
    effect: Effect,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Case:
    case = perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=effect,
        at=at,
    )
    # What the enroller is told now holds, also if the promise is changed or the team closes early.
    clock = Timer.objects.filter(case_id=case.pk, policy__key=AUTO_CLOSE).order_by("-pk").first()
    HelpRequest.objects.filter(case=case).update(reopen_until=clock.due_at if clock else None)
    return case


def close(
    *,
    case: Case,
    actor: Actor,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Close a resolved request; its enroller is asked how satisfied they are (C.4 8, CC-16)."""
    return perform(
        case=case, act_key="close", actor=actor, expected_version=expected_version, at=at
    )


def reopen(*, case: Case, actor: Actor, reason: str, expected_version: int | None = None) -> Case:
    """The enroller says that it is not resolved (C.4 9): back to the team that resolved it.

    Raises:
        Refused: more than five business days have passed, or the actor is not concerned.
    """
    reason = check_text("reason", reason, "what is still open")

    def effect(case: Case) -> Change:
        detail = HelpRequest.objects.get(case=case)
        require_concerned(case, actor)
        if not detail.may_be_reopened():
            raise Refused(_too_late(case, detail))
        HelpRequest.objects.filter(case=case).update(reopen_until=None)
        return Change(
            note=reason,
            note_kind=Note.Kind.MESSAGE,
            note_audience=Audience.DETAIL,
            fields=["status", "conversation"],
        )

    return perform(
        case=case, act_key="reopen", actor=actor, expected_version=expected_version, effect=effect
    )


def _too_late(case: Case, detail: HelpRequest) -> str:
    told = "A help request can be reopened within five business days after it was resolved."
    if detail.reopen_until:
        day = detail.reopen_until.astimezone(zone(case.exchange.time_zone))
        told += f" That time ended on {day:%B} {day.day}, {day.year}."
    return f"{told} Submit a new request and name {case.number} in it."


def take_up_again(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """The team reopens a request, e.g. when the enroller calls; its enroller is told."""
    reason = check_text("reason", reason, "why it is reopened")

    def effect(case: Case) -> Change:
        HelpRequest.objects.filter(case=case).update(reopen_until=None)
        return Change(note=reason)

    return perform(
        case=case,
        act_key="take_up_again",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def cancel(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """The enroller takes a request back before work on it has begun (C.4 10)."""

    def effect(case: Case) -> Change:
        require_concerned(case, actor, with_details=False)
        return Change()

    return perform(
        case=case, act_key="cancel", actor=actor, expected_version=expected_version, effect=effect
    )


def require_concerned(case: Case, actor: Actor, *, with_details: bool = True) -> None:
    """Raise unless the actor is the requester, or a lead of the agency or entity.

    Args:
        with_details: also unless they may still see what the request is about.

    Raises:
        Refused: neither; or the consumer is no longer with them.
    """
    if case.opened_by_id != actor.person_id and not actor.is_lead:
        raise Refused("Only whoever submitted this request, or their manager, can do this.")
    if with_details and not Case.objects.detailed_to(actor).filter(pk=case.pk).exists():
        raise Refused(
            "This request is about a consumer who is no longer delegated to you, so you can see"
            " only where it stands."
        )
