"""One consumer on one page: what is shown to whom, and that every look is recorded."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from portal.book.consumer_page import ConsumerView, call_url
from portal.casework.models import Draft
from portal.consumers import book as delegations
from portal.consumers.models import Consumer, Delegation
from portal.ledger.models import LedgerEntry
from tests.book import ground
from tests.help_requests.conftest import furnish
from tests.retention.ground import open_for
from tests.world import World

pytestmark = pytest.mark.django_db


def shown(client: Client, found: Consumer) -> ConsumerView:
    answer = client.get(reverse("book:consumer", args=[found.pk]))
    assert answer.status_code == 200
    view: ConsumerView = answer.context["shown"]
    return view


def test_a_look_at_a_consumer_is_recorded_with_everybody_it_showed(world: World) -> None:
    home = ground.household(world)
    own = ground.consumer(world, household=home, is_primary_contact=True)
    child = ground.consumer(world, "Luz Ibarra", household=home)
    for each in (own, child):
        ground.delegate(world, each, "agent")
    client = ground.browser(world, "agent")
    shown(client, own)
    shown(client, own)
    first, second = LedgerEntry.objects.filter(action="consumers.viewed")
    assert first.consumer_ids == second.consumer_ids == [own.pk, child.pk]
    assert first.actor == world.person("agent")
    assert {"phone", "email", "household"} <= set(first.fields)


def test_neither_title_nor_address_says_who_it_is(world: World) -> None:
    own = ground.consumer(world)
    ground.delegate(world, own, "agent")
    url = reverse("book:consumer", args=[own.pk])
    content = ground.browser(world, "agent").get(url).content.decode()
    title = content.partition("<title>")[2].partition("</title>")[0]
    for secret in (own.full_name, own.case_number):
        assert secret not in title
        assert secret not in url
        assert secret in content


def test_of_a_household_only_members_are_shown_whom_the_reader_has(world: World) -> None:
    home = ground.household(world)
    own = ground.consumer(world, household=home)
    ground.delegate(world, own, "agent")
    spouse = ground.consumer(world, "Spouse Elsewhere", household=home)
    ground.delegate(world, spouse, "harbor.agent")
    assert shown(ground.browser(world, "agent"), own).members == []
    assert [m.name for m in shown(ground.browser(world, "scr"), own).members] == [
        "Spouse Elsewhere"
    ]


def test_who_else_has_had_a_consumer_is_told_to_staff_alone(world: World) -> None:
    own = ground.consumer(world)
    ground.delegate(world, own, "harbor.agent")
    ground.delegate(world, own, "agent2b")
    ground.delegate(world, own, "agent")
    Delegation.objects.create(
        exchange=world.exchange,
        consumer=own,
        organization=world.organization("bridge"),
        status="pending",
        origin="tool",
    )
    page = ground.browser(world, "agent").get(reverse("book:consumer", args=[own.pk]))
    assert {row.organization for row in page.context["shown"].delegations} == {
        "Sunrise Insurance Agency"
    }
    for secret in ("Harbor", "Bridge"):
        assert secret not in page.content.decode()
    seen = shown(ground.browser(world, "scr"), own)
    assert [(row.organization, row.status) for row in seen.delegations if row.status != "Pending"]
    assert {row.organization for row in seen.delegations} == {
        "Sunrise Insurance Agency",
        "Harbor Benefits Group",
        "Bridge Community Clinic",
    }


def test_notices_that_ask_for_something_come_first_by_the_day_to_act(world: World) -> None:
    own = ground.consumer(world)
    ground.delegate(world, own, "agent")
    ground.notice(own, title="News", generated_on=date(2025, 11, 1))
    ground.notice(own, title="Later", needs_action=True, act_by=date(2025, 12, 1))
    ground.notice(own, title="Late", needs_action=True, act_by=date(2025, 11, 4))
    ground.notice(own, title="Done", needs_action=True, resolved_on=date(2025, 10, 2))
    lines = shown(ground.browser(world, "agent"), own).notices
    assert [(line.title, line.needs_action, line.is_late) for line in lines] == [
        ("Late", True, True),
        ("Later", True, False),
        ("News", False, False),
        ("Done", False, False),
    ]


@pytest.mark.parametrize(
    ("valid_through", "standing"),
    [
        (date(2025, 11, 4), "Ran out"),
        (date(2025, 11, 5), "Runs out soon"),
        (date(2026, 2, 2), "Runs out soon"),
        (date(2026, 2, 3), ""),
    ],
)
def test_a_consent_says_whether_it_runs_out_soon(
    world: World, valid_through: date, standing: str
) -> None:
    own = ground.consumer(world)
    ground.delegate(world, own, "agent")
    ground.consent(own, valid_through)
    (line,) = shown(ground.browser(world, "agent"), own).consents
    assert line.standing == standing


def ticket_about(world: World, found: Consumer) -> str:
    return str(
        tickets.open_ticket(
            actor=world.actor("eru.specialist"),
            ticket_type=TicketType.objects.get(key="access-to-care"),
            summary="No doctor takes new patients.",
            consumer_case_number=found.case_number,
        ).number
    )


def test_cases_of_other_rooms_are_found_by_the_case_number_for_those_who_see_them(
    world: World,
) -> None:
    own, other = ground.consumer(world), ground.consumer(world, "Somebody Else")
    for each in (own, other):
        ground.delegate(world, each, "agent")
    number = ticket_about(world, own)
    ticket_about(world, other)
    seen = shown(ground.browser(world, "eru.specialist"), own)
    assert [row.number for row in seen.cases] == [number]
    assert number in {entry.text.split()[-3] for entry in seen.timeline}
    assert shown(ground.browser(world, "agent"), own).cases == []


def test_the_timeline_has_papers_coverage_delegations_and_cases_by_date(world: World) -> None:
    home = ground.household(world)
    own = ground.consumer(world, household=home)
    ground.delegate(world, own, "agent")
    ground.apply(home, signed_on=date(2024, 11, 20), application_id="A77")
    ground.enroll(own, status_since=date(2025, 1, 1))
    ground.consent(own, date(2027, 1, 1))
    ground.notice(own, resolved_on=date(2025, 10, 9))
    delegations.end_delegation(
        actor=world.system, consumer=own, ended_by=Delegation.EndedBy.CONSUMER
    )
    entries = shown(ground.browser(world, "scr"), own).timeline
    assert [(f"{entry.day:%Y-%m-%d}", entry.topic) for entry in entries] == [
        ("2025-11-05", "Delegation"),
        ("2025-11-05", "Delegation"),
        ("2025-10-09", "Notice"),
        ("2025-10-01", "Notice"),
        ("2025-01-01", "Enrollment"),
        ("2024-11-20", "Application"),
        ("2022-11-01", "Consent"),
    ]


def test_what_is_missing_is_said(world: World) -> None:
    bare = ground.consumer(world, phone="", email="", language="English")
    ground.delegate(world, bare, "agent")
    content = ground.browser(world, "agent").get(reverse("book:consumer", args=[bare.pk]))
    text = content.content.decode()
    for words in ("No enrollment on record", "No consent on record", "No notice on record"):
        assert words in text
    assert text.count("Not given") >= 4
    assert "tel:" not in text


@pytest.mark.parametrize(
    ("phone", "url"),
    [
        ("(213) 555-0142", "tel:+12135550142"),
        ("+1 213 555 0142", "tel:+12135550142"),
        ("555-0142", "tel:5550142"),
        ("", ""),
        ("none", ""),
    ],
)
def test_a_telephone_can_call_the_number(phone: str, url: str) -> None:
    assert call_url(phone) == url


def test_hr_04_a_help_request_opened_here_is_about_this_consumer(world: World) -> None:
    own, other = ground.consumer(world), ground.consumer(world, "Somebody Else")
    ground.delegate(world, own, "agent")
    client = ground.browser(world, "agent")
    acts = dict(shown(client, own).acts)
    furnish(world)
    step = client.get(acts["Open a help request"]).url
    assert not Draft.objects.exists(), "A link keeps nothing; choosing the topic does."
    client.post(step, {"topic": "application-help"})
    (draft,) = Draft.objects.filter(person=world.person("agent"))
    assert draft.content["consumer"] == str(own.pk)
    foreign = client.get(reverse("help_requests:new"), {"consumer": other.pk}).url
    assert "consumer" not in foreign
    client.post(f"{foreign}?consumer={other.pk}", {"topic": "application-help"})
    assert sorted(row.content["consumer"] for row in Draft.objects.all()) == ["", str(own.pk)]


def test_an_open_renewal_is_a_need_a_case_and_a_button(world: World) -> None:
    own = ground.consumer(world)
    ground.delegate(world, own, "agent")
    number = open_for(world, own).number
    for key, sees in (("agent", True), ("agency.manager", True), ("admin1", False)):
        seen = shown(ground.browser(world, key), own)
        assert [row.number for row in seen.cases] == ([number] if sees else [])
        assert [need.key for need in seen.needs] == (["crw_open"] if sees else [])
        assert ("Open the CRW case" in dict(seen.acts)) is sees
    book = ground.browser(world, "agent").get(reverse("book:list"), {"need": "crw_open"})
    (row,) = book.context["rows"]
    assert row.needs[0].url == reverse("retention:case", args=[number])
