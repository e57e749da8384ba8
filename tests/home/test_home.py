"""The home page: a person's own work first."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.casework.common_acts import add_note, take_case, watch_case
from portal.home.selectors import changed_for, work_of
from portal.tenancy.models import Person
from portal.ui import cards
from tests.casework.cases import NAME, assigned_case, office_case, signed_in, taken_ticket
from tests.world import NOW, World


def test_a_worker_sees_their_open_cases_and_what_nobody_has_taken(world: World) -> None:
    mine = taken_ticket(world)
    _, free = assigned_case(world)
    html = signed_in(world, "eru.specialist").get("/").content.decode()
    own, rest = html.split('id="unassigned"')
    assert mine.number in own
    assert free.number not in own
    assert free.number in rest
    assert mine.number not in rest


def test_a_case_somebody_else_changed_is_named_until_it_is_opened(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    client.get(f"/cases/{ticket.number}/")
    specialist = world.actor("eru.specialist")
    assert changed_for(specialist) == []
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        add_note(case=ticket, actor=world.actor("eru.lead"), body="See the new letter.")
        assert [change.number for change in changed_for(specialist)] == [ticket.number]
        # Seeing its name in a list is not opening it.
        assert ticket.number in client.get("/").content.decode()
        assert [change.number for change in changed_for(specialist)] == [ticket.number]
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        client.get(f"/cases/{ticket.number}/")
        assert changed_for(specialist) == []


def test_a_watched_case_of_others_counts_as_changed_too(world: World) -> None:
    ticket = taken_ticket(world, by="eru.colleague")
    watch_case(case=ticket, actor=world.actor("eru.lead"))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        add_note(case=ticket, actor=world.actor("eru.colleague"), body="Reached her.")
        assert [c.number for c in changed_for(world.actor("eru.lead"))] == [ticket.number]
        assert changed_for(world.actor("eru.specialist")) == []


def test_an_office_sees_its_cases_with_the_coarse_status_alone_EA_20(world: World) -> None:
    case, _ = assigned_case(world)
    html = signed_in(world, "office.staff").get("/").content.decode()
    assert case.number in html
    assert "In progress" in html
    for hidden in (NAME, "Assigned to a division", "Escalations Unit", "Overdue"):
        assert hidden not in html, hidden
    assert case.number not in signed_in(world, "other.office").get("/").content.decode()


@pytest.mark.parametrize("key", ["privacy", "admin", "agent"])
def test_everybody_with_a_role_has_a_home_page(world: World, key: str) -> None:
    case = office_case(world)
    response = signed_in(world, key).get("/")
    assert response.status_code == 200
    assert case.number not in response.content.decode()


def test_somebody_without_a_role_is_told_what_to_do(world: World) -> None:
    client = Client()
    client.force_login(Person.objects.create_user("new@people.example", full_name="New Person"))
    assert "no role" in client.get("/").content.decode()
    assert client.get("/queue/").url == "/"


def test_who_looks_after_the_platform_is_led_to_its_configuration(world: World) -> None:
    world.exchange.is_demo = True  # no second factor to set up first
    world.exchange.save()
    root = Person.objects.create_superuser("root@platform.example", "x" * 20, full_name="Root")
    client = Client()
    client.force_login(root, "allauth.account.auth_backends.AuthenticationBackend")
    assert 'href="/admin/"' in client.get("/").content.decode()


def test_an_empty_home_page_says_what_the_role_opens_and_what_for(world: World) -> None:
    html = signed_in(world, "admin").get("/").content.decode()
    ways = html.split('id="ways"')[1]
    assert 'href="/people/"' in ways
    assert "Invite somebody, give and end roles." in ways
    assert 'href="/ledger/"' not in ways


def test_a_wing_s_card_and_button_show_to_those_whose_role_has_the_action(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_cards", {})
    monkeypatch.setattr(cards, "_steps", {})
    shown = cards.Card(
        "requests",
        "Asked of you",
        "ui/empty.html",
        lambda actor: {"title": "Nothing"},
        action="constituent.submit",
    )
    cards.register(shown)
    cards.register(shown)
    cards.register(cards.Card("none", "None", "ui/empty.html", lambda actor: None))
    cards.register_step(cards.FirstStep("list", "Your list", "casework:queue", "casework.view"))
    cards.register_step(cards.FirstStep("gone", "Gone", "no:such-page", "casework.view"))
    with pytest.raises(ValueError, match="twice"):
        cards.register(cards.Card("requests", "Other", "ui/empty.html", lambda actor: None))
    office, analyst = world.actor("office.staff"), world.actor("ea.analyst")
    assert [card.key for card in cards.cards_for(office)] == ["requests"]
    assert cards.cards_for(analyst) == []
    assert cards.steps_for(office) == [("Your list", "/queue/")]


@pytest.mark.parametrize("tickets", [2, 12])
def test_the_home_page_takes_the_same_few_statements_whatever_waits(
    world: World, tickets: int
) -> None:
    for number in range(tickets):
        _, ticket = assigned_case(world)
        if number % 2:
            take_case(case=ticket, actor=world.actor("eru.specialist"))
    client = signed_in(world, "eru.specialist")
    client.get("/")
    with CaptureQueriesContext(connection) as statements:
        client.get("/")
    assert len(statements) <= 14
    assert len(work_of(world.actor("eru.specialist")).mine) <= 8
