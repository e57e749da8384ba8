"""Trying a change through the pages: the draft, what comes of it, and from there to an edit."""

import csv
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.casework.models import Case
from portal.clocks import simulation, tasks
from portal.clocks.models import Simulation, SlaPolicy, Timer
from tests.clocks.ground import act, pacific, start, stop
from tests.clocks.test_calendar_pages import form_of, sign_in, with_date
from tests.world import World, build_world

pytestmark = pytest.mark.django_db
OPENED, ENDED = pacific("2025-11-10T10:20"), pacific("2025-11-21T10:21")
TRY = "/policies/ticket.resolve/try/"


@pytest.fixture(autouse=True)
def frozen() -> Any:
    with time_machine.travel(pacific("2025-12-01T09:00"), tick=False):
        yield


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture
def lead(world: World) -> Client:
    return sign_in(world, "eru.lead")


def ended(world: World, number: str, *, queue: str | None = "escalations-unit") -> None:
    """A clock of ten business days that was met on the ninth."""
    act(world.exchange, OPENED, start("ticket.resolve"), case=number)
    act(world.exchange, ENDED, stop("ticket.resolve"), case=number)
    unit = world.organizations[queue] if queue else None
    Case.objects.filter(number=number).update(queue=unit)


def replay(client: Client, **changed: str) -> Any:
    """Post the draft form with changes, and follow to the result."""
    return client.post(TRY, form_of(client.get(TRY)) | changed, follow=True)


def test_the_form_starts_with_the_terms_in_force(lead: Client) -> None:
    page = lead.get(TRY)
    assert form_of(page)["limit"] == "10"
    assert "In force now: 10 business days, warned after 7." in page.content.decode()


def test_the_result_counts_what_the_draft_turns_and_lists_each_case(
    world: World, lead: Client
) -> None:
    ended(world, "ES-1")
    page = replay(lead, limit="8")
    text = page.content.decode()
    assert "1 met clock would have been missed, 0 missed ones met." in text
    assert "1 of 1 clock replayed" in text
    assert f'href="{reverse("casework:case", args=["ES-1"])}"' in text
    assert "Nov 21, 2025, 10:20 AM" in text, "the deadline under the draft"
    world.enter()
    assert Timer.objects.get().state == Timer.State.MET
    assert SlaPolicy.objects.get(key="ticket.resolve").limit == 10


def test_a_case_the_reader_may_not_open_is_listed_without_a_link(
    world: World, lead: Client
) -> None:
    ended(world, "ES-1", queue="appeals")
    text = replay(lead, limit="8").content.decode()
    assert "ES-1" in text
    assert reverse("casework:case", args=["ES-1"]) not in text


def test_the_terms_in_force_turn_nothing(world: World, lead: Client) -> None:
    ended(world, "ES-1")
    text = replay(lead).content.decode()
    assert "No outcome would have been another." in text
    assert "No clock to list." in text


def test_a_drafted_holiday_is_replayed(world: World, lead: Client) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"), case="ES-1")
    act(world.exchange, pacific("2025-11-25T10:21"), stop("ticket.resolve"), case="ES-1")
    url = "/hours/standard/try/"
    page = lead.post(url, with_date(lead.get(url), "2025-11-18", "Training"), follow=True)
    text = page.content.decode()
    assert "0 met clocks would have been missed, 1 missed one met." in text
    assert "other hours on 2025-11-18" in text


def test_the_list_can_be_downloaded(world: World, lead: Client) -> None:
    ended(world, "=1+1")
    page = replay(lead, limit="8")
    answer = lead.get(reverse("clocks:simulation-csv", args=[page.context["simulation"].pk]))
    _, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert row == ["'=1+1", "Ticket resolve", "Met, would be missed", "", "2025-11-10 10:20",
                   "2025-11-21 10:21", "2025-11-25 10:20", "2025-11-21 10:20"]  # fmt: skip


def test_an_administrator_goes_from_the_draft_to_the_edit_with_its_preview(world: World) -> None:
    admin = sign_in(world, "admin")
    page = replay(admin, limit="8")
    edit = admin.get(page.context["use_url"])
    assert form_of(edit)["limit"] == "8"
    assert form_of(edit)["target"] == "7"
    world.enter()
    assert SlaPolicy.objects.get(key="ticket.resolve").limit == 10, "opened, not saved"


def test_a_drafted_calendar_opens_in_its_edit(world: World) -> None:
    admin = sign_in(world, "admin")
    url = "/hours/standard/try/"
    page = admin.post(url, with_date(admin.get(url), "2026-03-02", "Training"), follow=True)
    assert "Training, March 2, 2026" in admin.get(page.context["use_url"]).content.decode()


def test_who_may_not_edit_is_offered_no_edit(world: World, lead: Client) -> None:
    assert replay(lead, limit="8").context["use_url"] == ""


def test_a_draft_without_sense_is_told_beside_its_field(lead: Client) -> None:
    page = lead.post(TRY, form_of(lead.get(TRY)) | {"limit": "0"})
    assert page.status_code == 422
    assert "limit" in page.context["form"].errors


def test_an_appointment_cannot_be_tried(lead: Client) -> None:
    url = "/policies/ticket.auto_close/try/"
    page = lead.post(url, form_of(lead.get(url)))
    assert page.status_code == 422
    assert "nobody can miss it" in page.content.decode()


def test_a_long_replay_is_left_to_a_worker_and_its_page_shows_how_far_it_is(
    world: World, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "AT_ONCE", 0)
    ended(world, "ES-1")
    page = replay(lead, limit="8")
    found = page.context["simulation"]
    assert "0 of 1 clock replayed" in page.content.decode()
    assert f'hx-get="{reverse("clocks:simulation-progress", args=[found.pk])}"' in (
        page.content.decode()
    )
    world.enter()
    tasks.replay(exchange_id=world.exchange.pk, simulation_id=found.pk)
    moved = lead.get(reverse("clocks:simulation-progress", args=[found.pk]))
    assert moved["HX-Refresh"] == "true"
    assert "1 of 1 clock replayed" in moved.content.decode()


def test_a_replay_that_fell_silent_can_be_continued(
    world: World, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "AT_ONCE", 0)
    ended(world, "ES-1")
    found = replay(lead, limit="8").context["simulation"]
    url = reverse("clocks:simulation", args=[found.pk])
    assert "stopped before its end" not in lead.get(url).content.decode()
    world.enter()
    Simulation.objects.update(seen_at=OPENED)
    assert "stopped before its end" in lead.get(url).content.decode()
    assert lead.post(reverse("clocks:simulation-continue", args=[found.pk])).status_code == 302


def test_deadlines_that_can_be_missed_can_be_tried(lead: Client) -> None:
    text = lead.get(reverse("clocks:policies")).content.decode()
    assert reverse("clocks:policy-try", args=["ticket.resolve"]) in text
    assert reverse("clocks:policy-try", args=["ticket.auto_close"]) not in text
    assert "Escalation tickets" in text
