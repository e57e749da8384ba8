"""The demonstration's help requests: an agency and an entity ask, and three teams answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from config.demo.stage import Stage
from portal.casework.models import Case
from portal.consumers.book import start_delegation
from portal.consumers.mirror import Consumer, Delegation
from portal.help_requests import conversation, satisfaction, services
from portal.help_requests.models import Category, HelpTopic
from portal.tenancy.actor import Actor

MANAGER, AGENT, COLLEAGUE, ADMIN_STAFF = (
    "manager@sunrise.example",
    "agent2@sunrise.example",
    "agent2b@sunrise.example",
    "admin2@sunrise.example",
)
CONTACT, COUNSELOR = "contact@bridge.example", "cec@bridge.example"
SERVICE_CENTER, CONTRACTS, CERTIFICATION = (
    "scr@covered.example",
    "contracts@covered.example",
    "certification@covered.example",
)


@dataclass(frozen=True)
class Step:
    """One act, some open days ago."""

    days_ago: int
    perform: Callable[[Stage, Case], Any]


@dataclass(frozen=True)
class Story:
    """One request: who asks, about what, and what becomes of it."""

    days_ago: int
    who: str
    topic: str
    subject: str
    about: str
    steps: Sequence[Step] = ()
    at: time = field(default=time(10, 5))


def _start(days_ago: int, who: str = SERVICE_CENTER) -> Step:
    return Step(
        days_ago, lambda stage, case: services.start_work(case=case, actor=stage.actor(who))
    )


def _ask(days_ago: int, missing: str, who: str = SERVICE_CENTER) -> Step:
    return Step(
        days_ago,
        lambda stage, case: conversation.ask_enroller(
            case=case, actor=stage.actor(who), missing=missing
        ),
    )


def _reply(days_ago: int, who: str, body: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: conversation.write_to_team(
            case=case, actor=stage.actor(who), act_key="enroller_replied", body=body
        ),
    )


def _reroute(days_ago: int, who: str, code: str, reason: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: services.reroute(
            case=case, actor=stage.actor(who), queue=stage.organizations[code], reason=reason
        ),
    )


def _escalate(days_ago: int, summary: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: services.escalate(
            case=case, actor=stage.actor(SERVICE_CENTER), summary=summary
        ),
    )


def _resolve(days_ago: int, resolution: str, who: str = SERVICE_CENTER) -> Step:
    return Step(
        days_ago,
        lambda stage, case: services.resolve(
            case=case, actor=stage.actor(who), resolution=resolution
        ),
    )


def _close(days_ago: int) -> Step:
    return Step(
        days_ago,
        lambda stage, case: services.close(
            case=case, actor=Actor.system(stage.exchange, channel="demo")
        ),
    )


def _rate(days_ago: int, who: str, score: int, comment: str = "") -> Step:
    return Step(
        days_ago,
        lambda stage, case: satisfaction.rate(
            case=case, actor=stage.actor(who), score=score, comment=comment
        ),
    )


def _cancel(days_ago: int, who: str) -> Step:
    return Step(days_ago, lambda stage, case: services.cancel(case=case, actor=stage.actor(who)))


STORIES: Sequence[Story] = (
    Story(
        24,
        AGENT,
        "document-upload",
        "Uploaded documents do not appear",
        "The pay stubs were uploaded twice and the list stays empty.",
        (
            _start(23),
            _resolve(22, "The file names were too long. The documents are in the list now."),
            _close(16),
            _rate(15, AGENT, 5, "Answered within a day."),
        ),
    ),
    Story(
        21,
        COUNSELOR,
        "certification-status",
        "Certification shows as expired",
        "The renewal course was completed, and the profile still says expired.",
        (
            _start(20, CERTIFICATION),
            _resolve(19, "The course was matched to the profile.", CERTIFICATION),
            _close(13),
            _rate(12, COUNSELOR, 3, "The certificate had to be sent twice."),
        ),
    ),
    Story(
        12,
        ADMIN_STAFF,
        "profile-change",
        "New telephone number of the agency",
        "The office has moved, and the number on the profile is the old one.",
        (
            _start(11, CONTRACTS),
            _resolve(11, "The number was changed.", CONTRACTS),
            _close(5),
            _rate(4, ADMIN_STAFF, 4),
        ),
    ),
    Story(
        9,
        COLLEAGUE,
        "profile-other",
        "Effective date is a month too late",
        "The coverage should begin on the first of this month.",
        (
            _reroute(8, CONTRACTS, "agent-cec-service-center", "It is about an application."),
            _start(8),
            _ask(7, "Which date did the confirmation page show?"),
            _reply(5, COLLEAGUE, "The confirmation page showed the first of this month."),
        ),
    ),
    Story(
        7,
        AGENT,
        "eligibility-question",
        "Premium help ended without a notice",
        "Income and household are unchanged, and the premium help is gone since the renewal.",
        (
            _start(6),
            _escalate(5, "The renewal dropped the premium help. A data fix seems to be needed."),
        ),
    ),
    Story(
        5,
        COUNSELOR,
        "application-help",
        "Signature page stays empty",
        "The last page of the application shows no place to sign.",
        (_start(4), _ask(3, "Which browser was used, and on which day?")),
    ),
    Story(
        4,
        MANAGER,
        "roster-change",
        "An agent has left us",
        "Please take the agent off our roster as of the end of the month.",
        (_start(3, CONTRACTS), _resolve(2, "The roster is up to date.", CONTRACTS)),
    ),
    Story(
        3,
        CONTACT,
        "sign-in",
        "Locked out after a new telephone",
        "The codes still go to the old telephone.",
        (_cancel(3, CONTACT),),
    ),
    Story(
        1,
        AGENT,
        "payment-or-plan",
        "First payment is not shown",
        "The consumer paid on the day of enrollment, and the plan says that nothing has come.",
        at=time(15, 20),
    ),
)


def play_help_requests(stage: Stage) -> int:
    """Play the stories; returns how many requests there are."""
    topics = {row.key: row for row in HelpTopic.objects.filter(exchange=stage.exchange)}
    for story in STORIES:
        stage.begin(story.days_ago, story.at)
        topic = topics[story.topic]
        case = services.submit_request(
            actor=stage.actor(story.who),
            topic=topic,
            subject=story.subject,
            description=story.about,
            consumer=_consumer_of(stage, story.who) if _is_about(topic) else None,
        )
        for step in story.steps:
            stage.go_on(step.days_ago)
            step.perform(stage, Case.objects.get(pk=case.pk))
    return len(STORIES)


def _is_about(topic: HelpTopic) -> bool:
    return topic.category == Category.CONSUMER


def _consumer_of(stage: Stage, email: str) -> Consumer:
    """A consumer of this enroller; one whom nobody has is delegated where they have none.

    Raises:
        LookupError: every consumer is somebody else's.
    """
    actor = stage.actor(email)
    mine = Consumer.objects.visible_to(actor).order_by("pk").first()
    if mine is not None:
        return mine
    free = Consumer.objects.filter(exchange=stage.exchange, organization=None)
    consumer = free.order_by("-pk").first()
    if consumer is None or actor.organization is None:
        raise LookupError(f"There is no consumer for {email}.")
    start_delegation(
        actor=Actor.system(stage.exchange, channel="demo"),
        consumer=consumer,
        organization=actor.organization,
        enroller=actor.person,
        origin=Delegation.Origin.FEED,
    )
    return consumer
