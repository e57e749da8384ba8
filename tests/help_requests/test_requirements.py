"""HR-01…HR-07 and the rows of C.4, each by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.casework import kinds
from portal.casework.machine import Refused
from portal.casework.models import Case, Note, OutboxMessage
from portal.casework.sweep import sweep_timers
from portal.clocks.models import SlaPolicy, Timer
from portal.consumers.mirror import Consumer
from portal.documents.refusals import SsnRefused
from portal.help_requests import configuration, conversation, satisfaction, selectors, services
from portal.help_requests.models import Category, HelpRequest, Rating
from portal.help_requests.table import (
    ANSWER,
    AUTO_CLOSE,
    FIRST_RESPONSE,
    KIND,
    MACHINE,
    RESOLVE,
)
from portal.tenancy.actor import NotAllowed
from tests.help_requests.conftest import CONSUMER, PROFILE, Desk
from tests.world import NOW

#: 10 business days after Wed 2025-11-05 10:20 in Los Angeles; Tue 11-11 is a holiday.
TEN_DAYS = datetime(2025, 11, 20, 18, 20, tzinfo=UTC)
#: 5 business days after it.
FIVE_DAYS = datetime(2025, 11, 13, 18, 20, tzinfo=UTC)
SSN = "123-45-6789"


def clock(case: Case, key: str) -> Timer:
    return Timer.objects.get(case_id=case.pk, policy__key=key)


def sweep(desk: Desk) -> None:
    """What the sweeper does every minute."""
    sweep_timers(exchange=desk.world.exchange, now=timezone.now())
    desk.world.enter()


def told(case: Case) -> list[str]:
    rows = OutboxMessage.objects.filter(case=case).order_by("pk")
    return list(rows.values_list("key", flat=True))


# --- HR ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agency.manager", "agent1", "agent", "cec", "entity.contact"])
def test_hr_01_every_enroller_may_submit_a_request(desk: Desk, who: str) -> None:
    case = desk.submit(who, PROFILE)
    assert case.number.startswith("HR-")
    assert case.status == "submitted"
    assert case.organization_id == desk.actor(who).organization_id


def test_hr_02_the_categories_bear_the_printed_names() -> None:
    assert [category.label for category in Category] == [
        "Consumer Case/Application Issue",
        "Agency/Entity or Enroller Profile Issue",
    ]


@pytest.mark.parametrize(
    ("who", "topic", "team"),
    [
        ("agent", CONSUMER, "agent-cec-service-center"),
        ("cec", CONSUMER, "agent-cec-service-center"),
        ("agent", PROFILE, "agent-contracts"),
        ("agency.manager", PROFILE, "agent-contracts"),
        ("cec", PROFILE, "certification-services"),
        ("entity.contact", PROFILE, "certification-services"),
    ],
)
def test_hr_02_the_category_decides_which_team_gets_a_request(
    desk: Desk, who: str, topic: str, team: str
) -> None:
    case = desk.submit(who, topic)
    assert case.queue is not None
    assert case.queue.code == team
    assert HelpRequest.objects.get(case=case).routed_because


def test_hr_02_without_a_matching_line_a_request_is_refused_in_words(desk: Desk) -> None:
    route = selectors.find_route(
        exchange_id=desk.world.exchange.pk,
        category=Category.PROFILE,
        organization=desk.world.organizations["sunrise"],
    )
    assert route is not None
    configuration.remove_route(actor=desk.actor("admin"), route=route)
    with pytest.raises(Refused, match="No team is set up"):
        desk.submit("agent", PROFILE)


def test_hr_03_each_topic_says_who_answers(desk: Desk) -> None:
    by_category = selectors.topics_by_category(desk.actor("agent"))
    assert list(by_category) == [Category.CONSUMER, Category.PROFILE]
    for topics in by_category.values():
        assert topics
        assert all(topic.who_answers for topic in topics)


def test_hr_06_open_cases_are_all_that_are_not_closed_or_cancelled(desk: Desk) -> None:
    cases = {status: desk.standing_in(status) for status in MACHINE.statuses}
    actor = desk.actor("agent")
    past = {cases[status].pk for status in ("closed", "cancelled")}
    assert {c.pk for c in selectors.open_requests(actor)} == {c.pk for c in cases.values()} - past
    assert {c.pk for c in selectors.past_requests(actor)} == past


def test_decision_18_admin_staff_ask_about_profiles_but_bring_no_consumers_case(
    desk: Desk,
) -> None:
    assert desk.submit("admin1", PROFILE).queue == desk.world.organizations["agent-contracts"]
    assert list(selectors.topics_by_category(desk.actor("admin2"))) == [Category.PROFILE]
    with pytest.raises(NotAllowed):
        desk.submit("admin1", CONSUMER, consumer=desk.consumer())


# --- C.4 --------------------------------------------------------------------------------------


def test_c4_1_a_topic_that_was_switched_off_is_not_offered(desk: Desk) -> None:
    topic = desk.topic()
    configuration.set_topic(
        actor=desk.actor("admin"),
        topic=topic,
        key=topic.key,
        category=topic.category,
        label=topic.label,
        who_answers=topic.who_answers,
        is_active=False,
    )
    with pytest.raises(ValidationError) as refused:
        desk.submit()
    assert refused.value.message_dict == {"topic": ["Choose one of the topics."]}


def test_c4_2_a_submission_starts_the_first_response_clock_and_confirms_the_number(
    desk: Desk,
) -> None:
    case = desk.submit()
    assert clock(case, FIRST_RESPONSE).due_at == NOW + timedelta(days=2)
    assert told(case) == ["help_request.opened", "help_request.received"]
    assert selectors.first_response_days(desk.world.exchange.pk) == 2


def test_c4_guard_a_request_about_a_consumer_needs_one_and_the_other_takes_none(
    desk: Desk,
) -> None:
    with pytest.raises(ValidationError) as refused:
        desk.submit("agent", CONSUMER, consumer=None)
    assert "consumer" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        desk.submit("agent", PROFILE, consumer=desk.consumer())
    assert "consumer" in refused.value.message_dict


@pytest.mark.parametrize("name", ["Danilo Macaraeg", "Corazon Salonga", "Ligaya Navarro"])
def test_c4_guard_a_consumer_of_somebody_else_is_as_if_there_were_none(
    desk: Desk, name: str
) -> None:
    with pytest.raises(Consumer.DoesNotExist):
        desk.submit("agent", consumer=desk.consumer(name))


def test_c4_guard_a_lead_may_ask_about_every_consumer_of_the_organization(desk: Desk) -> None:
    assert desk.submit("agency.manager", consumer=desk.consumer("Danilo Macaraeg"))
    with pytest.raises(Consumer.DoesNotExist):
        desk.submit("agency.manager", consumer=desk.consumer("Ligaya Navarro"))


def test_c4_4_starting_makes_it_ones_own_stops_the_clock_and_tells_the_enroller(
    desk: Desk,
) -> None:
    case = desk.started(desk.submit())
    assert case.status == "in_progress"
    assert case.owner == desk.world.people["scr"]
    assert clock(case, FIRST_RESPONSE).state == Timer.State.MET
    assert told(case)[-1] == "help_request.started"


def test_c4_5_asking_hands_the_case_to_the_enroller_and_an_answer_hands_it_back(
    desk: Desk,
) -> None:
    SlaPolicy.objects.create(
        exchange=desk.world.exchange,
        calendar=SlaPolicy.objects.get(key=FIRST_RESPONSE).calendar,
        key=RESOLVE,
        label="Resolve a help request",
        case_kind=KIND,
        measure=SlaPolicy.Measure.BUSINESS_DAYS,
        limit=8,
    )
    case = desk.waiting(desk.submit())
    assert case.is_waiting
    assert MACHINE.statuses[case.status].party == "enroller"
    assert clock(case, RESOLVE).state == Timer.State.PAUSED
    assert clock(case, ANSWER).due_at == TEN_DAYS
    case = conversation.write_to_team(
        case=case, actor=desk.actor("agent"), act_key="enroller_replied", body="On Monday."
    )
    assert case.status == "in_progress"
    assert clock(case, RESOLVE).state == Timer.State.RUNNING
    assert clock(case, ANSWER).state == Timer.State.MET
    assert told(case)[-2:] == ["help_request.information_needed", "help_request.enroller_wrote"]


def test_c4_5_ten_business_days_without_an_answer_resolve_it(desk: Desk) -> None:
    case = desk.waiting(desk.submit())
    with time_machine.travel(TEN_DAYS - timedelta(minutes=1), tick=False):
        sweep(desk)
        assert Case.objects.get(pk=case.pk).status == "waiting_on_enroller"
    with time_machine.travel(TEN_DAYS + timedelta(minutes=1), tick=False):
        sweep(desk)
    case.refresh_from_db()
    assert case.status == "resolved"
    assert "did not answer" in HelpRequest.objects.get(case=case).resolution
    assert told(case)[-1] == "help_request.resolved_unanswered"


def test_c4_6_a_reroute_moves_the_team_tells_the_enroller_and_stops_no_clock(desk: Desk) -> None:
    case = desk.submit("agent", PROFILE)
    due = clock(case, FIRST_RESPONSE).due_at
    case = services.reroute(
        case=case,
        actor=desk.actor("contracts"),
        queue=desk.world.organizations["agent-cec-service-center"],
        reason="It is about an application.",
    )
    assert (case.status, case.owner) == ("submitted", None)
    assert case.queue == desk.world.organizations["agent-cec-service-center"]
    assert clock(case, FIRST_RESPONSE).due_at == due
    assert clock(case, FIRST_RESPONSE).state == Timer.State.RUNNING
    assert "help_request.rerouted" in told(case)
    assert desk.started(case).status == "in_progress"


def test_c4_6_a_reroute_needs_a_reason_and_a_team_that_answers_help_requests(desk: Desk) -> None:
    case = desk.submit()
    teams = desk.world.organizations
    for queue, reason, field in (
        (teams["agent-contracts"], "", "reason"),
        (teams["appeals"], "Theirs.", "queue"),
    ):
        with pytest.raises(ValidationError) as refused:
            services.reroute(case=case, actor=desk.actor("scr"), queue=queue, reason=reason)
        assert field in refused.value.message_dict
    with pytest.raises(Refused, match="already"):
        services.reroute(
            case=case,
            actor=desk.actor("scr"),
            queue=teams["agent-cec-service-center"],
            reason="Ours.",
        )


def test_c4_7_an_escalation_is_a_linked_ticket_whose_end_is_told_to_the_team(desk: Desk) -> None:
    case = desk.started(desk.submit())
    case = services.escalate(case=case, actor=desk.actor("scr"), summary="A data fix is needed.")
    ticket = services.tickets_of(case)[0]
    assert case.status == "in_progress"
    assert ticket.kind == "ticket"
    assert ticket.queue == desk.world.organizations["escalations-unit"]
    assert clock(ticket, "ticket.resolve").state == Timer.State.RUNNING
    assert told(case)[-1] == "help_request.escalated"
    assert Case.objects.visible_to(desk.actor("eru.specialist")).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(desk.actor("pau.specialist")).filter(pk=case.pk).exists()
    seen = kinds.get(KIND).project(desk.actor("agent"), case)  # type: ignore[misc]
    shown = {key: (label, value) for s in seen.sections for key, label, value in s.rows}
    assert shown["escalation"] == (ticket.number, "In progress")
    with pytest.raises(Refused, match="open already"):
        services.escalate(case=case, actor=desk.actor("scr"), summary="Once more.")
    from escalations.tickets.services import cancel_ticket

    cancel_ticket(case=ticket, actor=desk.actor("eru.lead"), reason="Mended meanwhile.")
    assert told(case)[-1] == "help_request.ticket_ended"


def test_c4_7_only_the_service_center_escalates(desk: Desk) -> None:
    case = desk.started(desk.submit("agent", PROFILE), "contracts")
    with pytest.raises(NotAllowed):
        services.escalate(case=case, actor=desk.actor("contracts"), summary="A data fix.")


def test_c4_8_a_resolution_is_told_and_closes_after_five_business_days(desk: Desk) -> None:
    case = desk.resolved(desk.submit())
    detail = HelpRequest.objects.get(case=case)
    assert (case.status, detail.resolution) == ("resolved", "The page was mended. Sign it again.")
    assert detail.reopen_until == clock(case, AUTO_CLOSE).due_at == FIVE_DAYS
    with time_machine.travel(FIVE_DAYS + timedelta(minutes=1), tick=False):
        sweep(desk)
    case.refresh_from_db()
    assert case.status == "closed"
    assert "help_request.resolved" in told(case)
    assert told(case)[-1] == "help_request.closed"


def test_c4_8_a_resolution_needs_its_text(desk: Desk) -> None:
    case = desk.started(desk.submit())
    with pytest.raises(ValidationError) as refused:
        services.resolve(case=case, actor=desk.actor("scr"), resolution=" ")
    assert "resolution" in refused.value.message_dict


def test_c4_9_the_enroller_reopens_within_five_business_days(desk: Desk) -> None:
    case = desk.resolved(desk.submit())
    with time_machine.travel(FIVE_DAYS, tick=False):
        case = services.reopen(case=case, actor=desk.actor("agent"), reason="Still empty.")
    assert (case.status, case.reopen_count) == ("in_progress", 1)
    assert case.owner == desk.world.people["scr"], "back to whoever resolved it"
    assert clock(case, AUTO_CLOSE).state == Timer.State.CANCELLED
    assert told(case)[-1] == "help_request.reopened"


@pytest.mark.parametrize("is_swept", [False, True])
def test_c4_9_afterwards_a_sentence_says_until_when_and_what_to_do(
    desk: Desk, is_swept: bool
) -> None:
    case = desk.resolved(desk.submit())
    with time_machine.travel(FIVE_DAYS + timedelta(seconds=1), tick=False):
        if is_swept:
            sweep(desk)
        with pytest.raises(Refused) as refused:
            services.reopen(case=case, actor=desk.actor("agent"), reason="Still empty.")
    assert str(refused.value) == (
        "A help request can be reopened within five business days after it was resolved. That time"
        f" ended on November 13, 2025. Submit a new request and name {case.number} in it."
    )


def test_c4_9_the_team_may_take_a_request_up_again_at_any_time(desk: Desk) -> None:
    case = desk.closed(desk.submit())
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        case = services.take_up_again(
            case=case, actor=desk.actor("scr"), reason="The enroller called."
        )
    assert (case.status, case.reopen_count) == ("in_progress", 1)


def test_c4_10_a_request_is_cancelled_before_work_begins_and_not_afterwards(desk: Desk) -> None:
    case = services.cancel(case=desk.submit(), actor=desk.actor("agent"))
    assert case.status == "cancelled"
    with pytest.raises(Refused, match="not possible while"):
        services.cancel(case=desk.started(desk.submit()), actor=desk.actor("agent"))


# --- What may be written ----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["subject", "description"])
def test_no_request_keeps_a_social_security_number(desk: Desk, field: str) -> None:
    with pytest.raises(SsnRefused):
        desk.submit(**{field: f"It is {SSN}"})
    assert not HelpRequest.objects.exists()


def test_no_text_of_an_act_keeps_a_social_security_number(desk: Desk) -> None:
    scr, agent = desk.actor("scr"), desk.actor("agent")
    text = f"It is {SSN}"
    new, working = desk.submit(), desk.started(desk.submit())
    waiting, resolved = desk.waiting(desk.submit()), desk.resolved(desk.submit())
    closed = desk.closed(desk.submit())
    other = desk.world.organizations["agent-contracts"]
    before = Note.objects.count()
    for attempt in (
        lambda: services.reroute(case=new, actor=scr, queue=other, reason=text),
        lambda: services.escalate(case=working, actor=scr, summary=text),
        lambda: services.resolve(case=working, actor=scr, resolution=text),
        lambda: conversation.ask_enroller(case=working, actor=scr, missing=text),
        lambda: conversation.answer_enroller(case=working, actor=scr, body=text),
        lambda: conversation.record_answer(case=waiting, actor=scr, answer=text),
        lambda: conversation.write_to_team(
            case=waiting, actor=agent, act_key="enroller_replied", body=text
        ),
        lambda: conversation.write_to_team(
            case=working, actor=agent, act_key="enroller_wrote", body=text
        ),
        lambda: services.reopen(case=resolved, actor=agent, reason=text),
        lambda: services.take_up_again(case=resolved, actor=scr, reason=text),
        lambda: satisfaction.rate(case=closed, actor=agent, score=1, comment=text),
    ):
        with pytest.raises(SsnRefused):
            attempt()
    assert Note.objects.count() == before


# --- Satisfaction -----------------------------------------------------------------------------


def test_cc_16_the_requester_alone_is_asked_once_for_each_closing(desk: Desk) -> None:
    case = desk.closed(desk.submit())
    with pytest.raises(Refused, match="Only whoever"):
        satisfaction.rate(case=case, actor=desk.actor("agency.manager"), score=5)
    satisfaction.rate(case=case, actor=desk.actor("agent"), score=2, comment="It took long.")
    with pytest.raises(Refused, match="already"):
        satisfaction.rate(case=case, actor=desk.actor("agent"), score=5)
    scr = desk.actor("scr")
    case = services.take_up_again(case=case, actor=scr, reason="The enroller called.")
    case = services.resolve(case=case, actor=scr, resolution="Done now.")
    case = services.close(case=case, actor=desk.world.system)
    satisfaction.rate(case=case, actor=desk.actor("agent"), score=5)
    assert list(Rating.objects.values_list("closing", "score")) == [(0, 2), (1, 5)]


def test_cc_16_there_is_nothing_to_rate_before_the_closing(desk: Desk) -> None:
    with pytest.raises(Refused):
        satisfaction.rate(case=desk.resolved(desk.submit()), actor=desk.actor("agent"), score=5)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_cc_16_a_score_is_one_of_five(desk: Desk, score: int) -> None:
    case = desk.closed(desk.submit())
    with pytest.raises(ValidationError):
        satisfaction.rate(case=case, actor=desk.actor("agent"), score=score)


@pytest.mark.parametrize(
    ("answers", "satisfied", "tone"),
    [
        (0, 0, "neutral"),
        (20, 17, "success"),
        (100, 85, "success"),
        (1000, 849, "warning"),
        (100, 80, "warning"),
        (1000, 799, "danger"),
        (3, 1, "danger"),
    ],
)
def test_decision_15_the_share_is_green_amber_or_red(
    answers: int, satisfied: int, tone: str
) -> None:
    assert satisfaction.Share("All", answers, satisfied).tone == tone


def test_cc_01_the_share_is_counted_by_month_and_topic(desk: Desk) -> None:
    for score, topic in ((5, CONSUMER), (4, CONSUMER), (3, PROFILE)):
        case = desk.submit("agent", topic)
        who = "scr" if topic == CONSUMER else "contracts"
        case = desk.started(case, who)
        case = services.resolve(case=case, actor=desk.actor(who), resolution="Done.")
        case = services.close(case=case, actor=desk.world.system)
        satisfaction.rate(case=case, actor=desk.actor("agent"), score=score)
    figures = satisfaction.figures_for(desk.actor("scr"))
    assert (figures.total.percent, figures.total.answers) == (66, 3)
    assert [(s.label, s.percent) for s in figures.by_month] == [("November 2025", 66)]
    assert {s.label: s.percent for s in figures.by_topic} == {
        desk.topic(CONSUMER).label: 100,
        desk.topic(PROFILE).label: 0,
    }
    with pytest.raises(NotAllowed):
        satisfaction.figures_for(desk.actor("agency.manager"))
