"""Hours, holidays and policies as pages: who sees them, who edits, preview before saving."""

import re
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from portal.clocks.explanations import explain_case
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from tests.clocks.ground import act, pacific, pause, start, the_timer
from tests.world import World, build_world

pytestmark = pytest.mark.django_db
#: A Monday; the deadline of ten business days is Tuesday 2025-11-25.
OPENED = pacific("2025-11-10T10:20")
DUE = pacific("2025-11-25T10:20")
EDIT = "/hours/standard/edit/"


@pytest.fixture(scope="module", autouse=True)
def frozen() -> Any:
    with time_machine.travel(OPENED, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return build_world()


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key], "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def admin(world: World) -> Client:
    return sign_in(world, "admin")


def form_of(page: Any) -> dict[str, str]:
    """What a browser would send back of the editor's form."""
    form = page.context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if value is True:
            sent[bound.name] = "on"
        elif value not in (None, False):
            sent[bound.name] = str(bound.field.prepare_value(value))
    return sent


def with_date(page: Any, day: str, label: str, hours: str = "") -> dict[str, str]:
    """The form with one more date, in its last row."""
    last = int(page.context["form"]["rows"].value()) - 1
    return form_of(page) | {f"date_{last}": day, f"label_{last}": label, f"hours_{last}": hours}


def plan_of(page: Any) -> dict[str, str]:
    return {"plan": page.context["plan"], "token": page.context["preview"].token}


# --- Seeing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["office.staff", "agent", "eru.specialist", "admin"])
def test_everyone_sees_hours_and_holidays(world: World, person: str) -> None:
    """HO-01…HO-06."""
    page = sign_in(world, person).get(reverse("clocks:calendar"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Open now, until 6:00 PM." in text
    assert "11/11/2025 Veterans Day" in text
    assert ("/edit/" in text) == (person == "admin")


def test_nobody_sees_hours_without_signing_in() -> None:
    assert Client().get(reverse("clocks:calendar")).status_code == 302


def test_staff_see_the_deadlines_and_offices_do_not(world: World) -> None:
    url = reverse("clocks:policies")
    page = sign_in(world, "eru.specialist").get(url)
    assert "10 business days, warned after 7" in page.content.decode()
    assert sign_in(world, "office.staff").get(url).status_code == 403


@pytest.mark.parametrize("url", [EDIT, "/policies/ticket.resolve/edit/"])
def test_only_administrators_edit(world: World, url: str) -> None:
    assert sign_in(world, "eru.lead").get(url).status_code == 403
    assert sign_in(world, "admin").get(url).status_code == 200


@pytest.mark.parametrize("url", ["/hours/elsewhere/edit/", "/policies/elsewhere/edit/"])
def test_what_is_not_this_exchanges_is_not_there(world: World, url: str) -> None:
    client = sign_in(world, "admin")
    other = build_world("elsewhere", people=False)
    BusinessCalendar.objects.update(key="elsewhere")
    SlaPolicy.objects.filter(key="ticket.resolve", exchange=other.exchange).update(key="elsewhere")
    world.enter()
    assert client.get(url).status_code == 404


# --- Editing hours -----------------------------------------------------------------------------


def test_the_preview_lists_what_would_move_and_saves_nothing(world: World, admin: Client) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"))
    page = admin.post(EDIT, with_date(admin.get(EDIT), "2025-11-18", "Training"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "1 deadline would move." in text
    assert "EA-2025-000411" in text
    assert "Tue Nov 25, 2025, 10:20 AM" in text
    assert "Wed Nov 26, 2025, 10:20 AM" in text
    world.enter()
    assert the_timer().due_at == DUE
    assert not CalendarException.objects.filter(label="Training").exists()


def test_confirming_saves_what_was_shown(world: World, admin: Client) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"))
    preview = admin.post(EDIT, with_date(admin.get(EDIT), "2025-11-18", "Training"))
    page = admin.post(EDIT, plan_of(preview) | {"confirm": "yes"}, follow=True)
    assert "The hours were saved. 1 deadline moved." in page.content.decode()
    world.enter()
    assert the_timer().due_at == pacific("2025-11-26T10:20")
    assert CalendarException.objects.get(date="2025-11-18").label == "Training"


def test_a_confirmation_of_an_outdated_preview_shows_the_new_one(
    world: World, admin: Client
) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"))
    preview = admin.post(EDIT, with_date(admin.get(EDIT), "2025-11-18", "Training"))
    world.enter()
    act(world.exchange, OPENED, start("ticket.resolve"), case="EA-2025-000499")
    page = admin.post(EDIT, plan_of(preview) | {"confirm": "yes"})
    assert page.status_code == 409
    assert "2 deadlines would move." in page.content.decode()
    world.enter()
    assert not CalendarException.objects.filter(label="Training").exists()


def test_a_plan_cannot_be_forged_or_used_for_something_else(world: World, admin: Client) -> None:
    preview = admin.post(EDIT, with_date(admin.get(EDIT), "2025-11-18", "Training"))
    plan = plan_of(preview) | {"confirm": "yes"}
    assert admin.post(EDIT, plan | {"plan": plan["plan"] + "x"}).status_code == 422
    assert admin.post("/policies/ticket.resolve/edit/", plan).status_code == 422
    world.enter()
    assert not CalendarException.objects.filter(label="Training").exists()


def test_a_long_preview_comes_in_pages(world: World, admin: Client) -> None:
    for number in range(60):
        act(world.exchange, OPENED, start("ticket.resolve"), case=f"C-{number}")
    first = admin.post(EDIT, with_date(admin.get(EDIT), "2025-11-18", "Training"))
    second = admin.post(EDIT, plan_of(first) | {"page": "2"})
    assert [len(page.context["moves"]) for page in (first, second)] == [50, 10]
    assert "Page 2 of 2" in second.content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"mon": "08:00-12:00, 11:00-18:00"}, "mon", "08:00–12:00 and 11:00–18:00 overlap."),
        ({"tue": "18:00-08:00"}, "tue", "18:00-08:00 must lie within a day and end after"),
        ({"wed": "nine to five"}, "wed", "“nine to five” is not hours such as 08:00-18:00."),
        ({"date_0": "2025-11-27"}, "date_1", "This date is entered twice."),
        ({"label_0": ""}, "label_0", "Enter the reason, such as Memorial Day."),
    ],
)
def test_an_error_names_its_field(
    admin: Client, changed: dict[str, str], field: str, message: str
) -> None:
    page = admin.post(EDIT, form_of(admin.get(EDIT)) | changed)
    assert page.status_code == 422
    assert message in page.context["form"].errors[field][0]
    assert f'href="#id_{field}"' in page.content.decode()


def test_a_week_without_any_open_hours_is_refused(admin: Client) -> None:
    closed = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "")
    page = admin.post(EDIT, form_of(admin.get(EDIT)) | closed)
    assert page.status_code == 422
    assert "at least one day of the week" in page.content.decode()


def test_a_date_can_be_removed_and_a_break_entered(world: World, admin: Client) -> None:
    changed = {"remove_0": "on", "fri": "8:00-12:00, 13:00-17:00"}
    preview = admin.post(EDIT, form_of(admin.get(EDIT)) | changed)
    admin.post(EDIT, plan_of(preview) | {"confirm": "yes"})
    world.enter()
    calendar = BusinessCalendar.objects.get(exchange=world.exchange)
    assert calendar.week["fri"] == [["08:00", "12:00"], ["13:00", "17:00"]]
    assert not calendar.exceptions.filter(date="2025-11-11").exists()


def test_dates_long_past_are_not_shown_and_stay(world: World, admin: Client) -> None:
    calendar = BusinessCalendar.objects.get()
    CalendarException.objects.create(
        exchange=world.exchange, calendar=calendar, date="2024-11-11", label="Veterans Day"
    )
    page = admin.get(EDIT)
    assert "November 11, 2024" not in page.content.decode()
    preview = admin.post(EDIT, with_date(page, "2025-11-18", "Training"))
    admin.post(EDIT, plan_of(preview) | {"confirm": "yes"})
    world.enter()
    assert CalendarException.objects.filter(date="2024-11-11").exists()


def test_proposed_holidays_are_offered_and_not_saved(world: World, admin: Client) -> None:
    page = admin.get(EDIT, {"year": "2026", "state": "CA"})
    text = page.content.decode()
    assert "Memorial Day, May 25, 2026" in text
    assert "nothing is saved yet" in text
    world.enter()
    assert not CalendarException.objects.filter(date="2026-05-25").exists()


# --- Editing policies --------------------------------------------------------------------------


def test_a_policys_new_limit_is_previewed_and_then_saved(world: World, admin: Client) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"))
    url = "/policies/ticket.resolve/edit/"
    form = form_of(admin.get(url)) | {"limit": "9"}
    preview = admin.post(url, form)
    assert "Mon Nov 24, 2025, 10:20 AM" in preview.content.decode()
    page = admin.post(url, plan_of(preview) | {"confirm": "yes"}, follow=True)
    assert "The policy was saved. 1 deadline moved." in page.content.decode()
    world.enter()
    assert SlaPolicy.objects.get(key="ticket.resolve").limit == 9
    assert the_timer().due_at == pacific("2025-11-24T10:20")


def test_a_policys_impossible_target_is_named(admin: Client) -> None:
    url = "/policies/ticket.resolve/edit/"
    page = admin.post(url, form_of(admin.get(url)) | {"target": "11"})
    assert page.status_code == 422
    assert "target" in page.context["form"].errors


# --- The clocks of a case ----------------------------------------------------------------------


def test_a_cases_clocks_are_shown_stretch_by_stretch_in_local_time(world: World) -> None:
    act(world.exchange, OPENED, start("ticket.resolve"))
    act(world.exchange, pacific("2025-11-12T09:00"), pause())
    timers = explain_case(the_timer().case_id, pacific("2025-11-12T12:00"))
    html = render_to_string("clocks/_timers.html", {"timers": timers})
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "The unit Nov 10, 2025, 10:20 AM Nov 12, 2025, 9:00 AM Yes 8 h 40 min" in text
    assert "The help desk Nov 12, 2025, 9:00 AM Nov 12, 2025, 12:00 PM No, paused" in text
    assert "All together 11 h 40 min" in text
    assert "Stands: the deadline moves for as long as it does." in text
