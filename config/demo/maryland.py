"""Maryland's producers: types, contacts, NPNs and books, and the stories of their escalations.

The guide's own contacts are configuration; here they have reserved addresses and 555 numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from config.demo.stage import Stage
from escalations.producers import calls, configuration, conversation, services
from escalations.producers.models import (
    Channel,
    EscalationType,
    HelpContact,
    ProducerLicense,
)
from escalations.producers.table import KIND
from escalations.tickets.models import ResolutionCode, TicketType
from escalations.tickets.services import cancel_ticket, close_ticket, start_work
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.consumers.models import Consumer
from portal.consumers.services import enter_book
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person

WINIFRED, DOMINIC = "producer@chesapeake.example", "producer@baybrokers.example"
HOTLINE, ECT, POT = "hotline@mhc.example", "ect@mhc.example", "pot@mhc.example"
AGENCIES = {"chesapeake": WINIFRED, "bay-brokers": DOMINIC}
LICENSES = {WINIFRED: "17000041", DOMINIC: "17000042"}

#: Key of the type → its short name in the automatic mail; the guide prints the first of them.
MAIL_LABELS = {
    "consumer-enrollment": "Enrollment",
    "determination": "Determination",
    "system-error": "System Error",
    "termination": "Termination",
    "form-1095a": "1095 A",
    "commission": "Commission",
}

#: MD-04…MD-06; who cannot sign in writes to the first (MD-09).
CONTACTS: Sequence[Mapping[str, Any]] = (
    {
        "name": "Producer Operations Team",
        "helps_with": "Authorization questions and general policy questions.",
        "topics": (
            "Current Authorization Status",
            "Renewal of Authorization",
            "Producer Portal Password Resets",
            "Status of training",
            "General policy questions",
        ),
        "not_for": "It is not designed to handle your enrollment support issues.",
        "email": "producers@mhc.example",
    },
    {
        "name": "MHBE Training Support",
        "helps_with": "Accessing or completing authorization or annual training.",
        "email": "trainingsupport@mhc.example",
    },
    {
        "name": "Producer Support Hotline",
        "helps_with": "The best place to start with enrollment questions and issues; your issue can"
        " be escalated from here.",
        "phone": "1-800-555-0161",
        "caution": "Do not share this number with your clients.",
    },
)


def found_producers(*, actor: Actor, types: Mapping[str, TicketType]) -> None:
    """Give Maryland the settings, contacts and NPNs it lacks; what is there is left as it is."""
    known = set(EscalationType.objects.values_list("ticket_type__key", flat=True))
    for key, label in MAIL_LABELS.items():
        if key not in known and types[key].kind == KIND:
            configuration.set_type(
                actor=actor,
                ticket_type=types[key],
                mail_label=label,
                is_commission=key == "commission",
            )
    if not HelpContact.objects.exists():
        for position, contact in enumerate(CONTACTS, start=1):
            configuration.set_contact(actor=actor, position=position, **contact)
    licensed = set(ProducerLicense.objects.values_list("person__email", flat=True))
    for email, npn in LICENSES.items():
        if email not in licensed:
            configuration.set_license(actor=actor, person=Person.objects.get(email=email), npn=npn)


# --- Stories --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One act, some open days ago."""

    days_ago: int
    perform: Callable[[Stage, Case], Any]


@dataclass(frozen=True)
class Story:
    """One escalation: who brings it, about what, and what becomes of it."""

    days_ago: int
    agency: str
    type_key: str
    about: str
    steps: tuple[Step, ...] = ()
    #: How many consumers; more than one for commission only.
    consumers: int = 1
    at: time = field(default=time(10, 15))


def _begun(days_ago: int, who: str = ECT) -> tuple[Step, ...]:
    return (
        Step(days_ago, lambda stage, case: take_case(case=case, actor=stage.actor(who))),
        Step(days_ago, lambda stage, case: start_work(case=case, actor=stage.actor(who))),
    )


def _ask(days_ago: int, missing: str, who: str = ECT) -> Step:
    return Step(
        days_ago,
        lambda stage, case: conversation.ask_producer(
            case=case, actor=stage.actor(who), missing=missing
        ),
    )


def _answer(days_ago: int, body: str, who: str = ECT) -> Step:
    return Step(
        days_ago,
        lambda stage, case: conversation.answer_producer(
            case=case, actor=stage.actor(who), body=body
        ),
    )


def _reply(days_ago: int, body: str) -> Step:
    """The producer writes back, whatever the escalation waits for."""

    def perform(stage: Stage, case: Case) -> Case:
        producer = case.producer_escalation.producer
        if producer is None:
            raise LookupError("Nobody who signs in here brought it.")
        return conversation.reply_to_team(
            case=case,
            actor=stage.actor(producer.email),
            act_key=conversation.reply_act(case),
            body=body,
        )

    return Step(days_ago, perform)


def _resolve(days_ago: int, steps: str, who: str = ECT) -> Step:
    def perform(stage: Stage, case: Case) -> Case:
        code = ResolutionCode.objects.get(key="eligibility-corrected")
        return services.resolve_escalation(
            case=case, actor=stage.actor(who), code=code, steps=steps
        )

    return Step(days_ago, perform)


def _close(days_ago: int, who: str = ECT) -> Step:
    return Step(days_ago, lambda stage, case: close_ticket(case=case, actor=stage.actor(who)))


def _cancel(days_ago: int, reason: str, who: str = ECT) -> Step:
    return Step(
        days_ago,
        lambda stage, case: cancel_ticket(case=case, actor=stage.actor(who), reason=reason),
    )


def _duplicate(days_ago: int) -> Step:
    """The hotline ends it in favor of the first of the same producer."""

    def perform(stage: Stage, case: Case) -> Case:
        mine = Case.objects.filter(kind=KIND, organization=case.organization).exclude(pk=case.pk)
        return services.mark_duplicate(
            case=case, actor=stage.actor(HOTLINE), original=mine.order_by("opened_at")[0]
        )

    return Step(days_ago, perform)


STORIES: tuple[Story, ...] = (
    Story(
        16,
        "chesapeake",
        "determination",
        "Found not eligible although the income is within the limits.",
        (*_begun(15), _resolve(14, "The income was read as weekly. It is corrected."), _close(8)),
    ),
    Story(
        12,
        "bay-brokers",
        "termination",
        "Ended on request of somebody the consumer does not know.",
        (
            *_begun(11),
            _ask(11, "Please upload the notice that told of the end."),
            _reply(9, "It was uploaded this morning."),
            _resolve(2, "Coverage goes on without a gap."),
        ),
    ),
    Story(
        9,
        "chesapeake",
        "form-1095a",
        "The second form never came.",
        (
            *_begun(8),
            _answer(8, "The form is being printed again. Please tell us when it has come."),
            _ask(4, "Has the form come in the meantime?"),
        ),
    ),
    Story(
        7,
        "chesapeake",
        "commission",
        "Commission is missing for three consumers since their plan changed.",
        (*_begun(6, POT), _answer(5, "The carrier has been asked for its statement.", POT)),
        consumers=3,
    ),
    Story(
        6,
        "bay-brokers",
        "system-error",
        "The upload page closes by itself.",
        (*_begun(5), _cancel(5, "The page works again; the producer agrees.")),
    ),
    Story(5, "chesapeake", "system-error", "The incident page shows nothing.", (_duplicate(4),)),
    Story(
        4,
        "chesapeake",
        "consumer-enrollment",
        "The newborn cannot be added.",
        (
            *_begun(4),
            _ask(3, "On which day should the newborn's coverage begin?"),
            _reply(1, "As on the notice. You can reach the mother at 410-555-0177."),
        ),
    ),
    Story(
        3,
        "bay-brokers",
        "commission",
        "Commission was paid to the previous producer.",
        _begun(1, POT),
        consumers=2,
    ),
    Story(
        2,
        "chesapeake",
        "determination",
        "The household size is read as one.",
        _begun(1),
        at=time(14, 5),
    ),
    Story(
        1,
        "chesapeake",
        "consumer-enrollment",
        "The enrollment stands at pending since the first of the month.",
        at=time(15, 40),
    ),
    Story(0, "bay-brokers", "termination", "Ended a month too early.", at=time(9, 20)),
)


def play_producer_escalations(stage: Stage) -> int:
    """Fill the books, play the stories and one call to the hotline; returns how many cases."""
    books = _found_books(stage)
    types = {row.key: row for row in TicketType.objects.filter(exchange=stage.exchange)}
    for story in STORIES:
        stage.begin(story.days_ago, story.at)
        case = services.submit_escalation(
            actor=stage.actor(AGENCIES[story.agency]),
            ticket_type=types[story.type_key],
            consumers=[books[story.agency].pop() for _ in range(story.consumers)],
            description=story.about,
            verified=True,
        )
        for step in story.steps:
            stage.go_on(step.days_ago)
            step.perform(stage, Case.objects.get(pk=case.pk))
    stage.begin(2, time(11, 30))
    book, escalated = books["bay-brokers"], calls.ESCALATED
    lines = (
        calls.CallLine(book.pop(), types["determination"], escalated, "The notice names another."),
        calls.CallLine(
            book.pop(), types["form-1095a"], calls.RESOLVED, "Explained where the form is found."
        ),
    )
    calls.record_call(
        actor=stage.actor(HOTLINE),
        channel=Channel.HOTLINE,
        caller_name="Dominic Treadwell",
        npn=LICENSES[DOMINIC],
        lines=lines,
    )
    return len(STORIES) + 1


def _found_books(stage: Stage) -> dict[str, list[Consumer]]:
    """Two agencies' books: three of four consumers are in one, the fourth in nobody's."""
    carrier = stage.organizations["patapsco"]
    books: dict[str, list[Consumer]] = {code: [] for code in AGENCIES}
    rows = Consumer.objects.filter(exchange=stage.exchange).order_by("case_number")
    for number, consumer in enumerate(rows):
        code = ("chesapeake", "chesapeake", "bay-brokers", "")[number % 4]
        agency: Organization | None = stage.organizations.get(code)
        enter_book(
            consumer=consumer,
            person_id=str(174_097 + number),
            organization=agency,
            carrier=carrier,
        )
        if code:
            books[code].append(consumer)
    return books
