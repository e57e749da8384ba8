"""Playing the demonstration's stories in an exchange that has no cases yet."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from config.demo.appeals import play_appeals
from config.demo.calchoice import play_member_cases, play_plan_appeals
from config.demo.campaigns import play_campaign
from config.demo.clock import MovableClock
from config.demo.delegations import play_delegations
from config.demo.finder import play_help_contacts
from config.demo.help_requests import play_help_requests
from config.demo.letters import play_letters
from config.demo.mail import play_mail
from config.demo.mailbox import play_mailbox
from config.demo.maryland import play_producer_escalations
from config.demo.papers import Papers
from config.demo.people import Invented, invent_people
from config.demo.retention import play_retention
from config.demo.scenes import ANALYST, OFFICE_STAFF
from config.demo.service_center import PLAYERS
from config.demo.stage import Stage
from config.demo.storefronts import play_storefronts
from config.demo.stories import (
    CALIFORNIA_TICKETS,
    CONSTITUENT_STORIES,
    ConstituentStory,
    TicketStory,
)
from escalations.constituent import services as constituent
from escalations.releases.models import Release
from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from portal.casework.models import Case
from portal.consumers.models import Consumer
from portal.consumers.services import mirror_consumers
from portal.documents.models import Document
from portal.tenancy.models import Exchange, Membership, Organization
from portal.tenancy.scope import use_exchange

CONSUMERS = 200
#: Exchange slug → its tickets, who opens them, and the seed of its people.
_TICKETS = {
    "covered-california": (CALIFORNIA_TICKETS, "scr@covered.example", 1),
    "maryland": ((), "hotline@mhc.example", 2),
    "calchoice": ((), "tier1@calchoice.example", 3),
}


#: Rooms' own stories: kind of case → plays them on the stage, where no case of it is yet.
ROOM_STORIES: dict[str, Callable[[Stage], int]] = {
    "appeal": play_appeals,
    "producer_escalation": play_producer_escalations,
    "member_case": play_member_cases,
    "plan_appeal": play_plan_appeals,
    "crw": play_retention,
    **PLAYERS,
    "help_request": play_help_requests,
    "storefront": play_storefronts,
}


def found_cases(*, exchange: Exchange, now: datetime, clock: MovableClock, papers: Papers) -> int:
    """Play the exchange's stories; returns how many.

    Kinds that have cases are left alone: the demonstration's past is written once. The scope must
    be set.
    """
    people = invent_people(CONSUMERS, seed=_TICKETS[exchange.slug][2])
    stage = Stage(exchange, clock, now, papers, _endless(people))
    played = 0
    if not Case.objects.filter(exchange=exchange).exists():
        mirror_consumers(exchange=exchange, people=[_as_consumer(person) for person in people])
        played = _play_tickets_and_constituents(stage)
    for kind in missing_kinds(exchange):
        played += ROOM_STORIES[kind](stage)
    play_letters(stage)
    play_delegations(stage)
    play_mail(stage)
    play_mailbox(stage)
    play_campaign(stage)
    play_help_contacts(stage)
    return played


def missing_kinds(exchange: Exchange) -> list[str]:
    """The kinds with stories of their own of which the exchange has no case yet."""
    there = set(Case.objects.filter(exchange=exchange).values_list("kind", flat=True).distinct())
    return [kind for kind in ROOM_STORIES if kind in exchange.modules and kind not in there]


def _play_tickets_and_constituents(stage: Stage) -> int:
    """In the order in which the cases came."""
    exchange = stage.exchange
    ticket_stories, opener, _ = _TICKETS[exchange.slug]
    stories: list[ConstituentStory | TicketStory] = [*ticket_stories]
    if "constituent" in exchange.modules:
        stories += CONSTITUENT_STORIES
    stories.sort(key=lambda story: (-story.days_ago, story.at or stage.soon))
    types = {row.key: row for row in TicketType.objects.filter(exchange=exchange)}
    for story in stories:
        stage.begin(story.days_ago, story.at or stage.soon)
        if isinstance(story, ConstituentStory):
            case = _submit(stage, story)
        else:
            case = _open(stage, story, types[story.ticket_type], opener)
        for step in story.steps:
            step.play(stage, case)
    return len(stories)


def is_complete(exchange: Exchange) -> bool:
    """Whether every story of the exchange has been played."""
    with use_exchange(exchange):
        is_begun = Case.objects.filter(exchange=exchange).exists()
        return is_begun and not missing_kinds(exchange)


def count_rows(exchanges: Iterable[Exchange]) -> dict[str, int]:
    """How many rows of each kind the exchanges have together."""
    total: Counter[str] = Counter()
    for exchange in exchanges:
        with use_exchange(exchange):
            mine = {"exchange": exchange}
            total.update(
                exchanges=1,
                organizations=Organization.objects.filter(**mine).count(),
                accounts=Membership.objects.current().filter(**mine).count(),
                consumers=Consumer.objects.filter(**mine).count(),
                constituent_cases=Case.objects.filter(kind="constituent", **mine).count(),
                tickets=Case.objects.filter(kind="ticket", **mine).count(),
                releases=Release.objects.filter(**mine).count(),
                documents=Document.objects.filter(**mine).count(),
            )
    return dict(total)


def _submit(stage: Stage, story: ConstituentStory) -> Case:
    person = next(stage.people)
    items: dict[str, Any] = {
        "constituent_name": person.name,
        "phone": person.phone,
        "case_or_application_id": person.case_number,
        "date_of_birth": person.born,
        "email": person.email,
    }
    sent = dict(list(items.items())[: story.items])
    if story.office in OFFICE_STAFF:
        actor = stage.actor(OFFICE_STAFF[story.office])
        return constituent.submit_case(actor=actor, description=story.about, **sent)
    return constituent.submit_case(
        actor=stage.actor(ANALYST),
        office=stage.organizations[story.office],
        office_contact="Caseworker on duty",
        description=story.about,
        **sent,
    )


def _open(stage: Stage, story: TicketStory, ticket_type: TicketType, opener: str) -> Case:
    person = next(stage.people)
    return tickets.open_ticket(
        actor=stage.actor(opener),
        ticket_type=ticket_type,
        summary=story.about,
        is_urgent=story.is_urgent,
        consumer_name=person.name,
        consumer_case_number=person.case_number,
        consumer_phone=person.phone,
        consumer_email=person.email,
    )


def _endless(people: Iterable[Invented]) -> Iterator[Invented]:
    """The people one after the other, and again from the start."""
    known = list(people)
    while True:
        yield from known


def _as_consumer(person: Invented) -> dict[str, object]:
    return {
        "case_number": person.case_number,
        "full_name": person.name,
        "date_of_birth": person.born,
        "phone": person.phone,
        "email": person.email,
        "language": person.language,
        "zip_code": person.zip_code,
    }
