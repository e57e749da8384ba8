"""Pages of tickets: opening one with its advice in sight, the types, and the routing table."""

import pytest
from django.test import Client
from django.urls import reverse

from escalations.tickets import configuration
from escalations.tickets.models import RoutingRule, TicketDetail, TicketType
from portal.casework.models import Case
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key], BACKEND)
    return client


@pytest.fixture
def specialist(world: World) -> Client:
    return sign_in(world, "eru.specialist")


@pytest.fixture
def admin(world: World) -> Client:
    return sign_in(world, "admin")


def test_best_practices_stand_beside_the_form_of_a_chosen_type(
    world: World, specialist: Client
) -> None:
    """ES-06."""
    TicketType.objects.update(best_practices=["Enter the last day of coverage."])
    chosen = specialist.get("/tickets/open/", {"type": "access-to-care"})
    assert "Enter the last day of coverage." in chosen.content.decode()


def test_a_ticket_opened_on_the_page_is_routed_and_shown(world: World, specialist: Client) -> None:
    sent = {"type": "access-to-care", "summary": "A visit is refused.", "consumer_name": "Tala"}
    answer = specialist.post("/tickets/open/", sent)
    world.enter()
    case = Case.objects.get()
    assert answer["Location"] == reverse("casework:case", args=[case.number])
    assert case.queue == world.organizations["escalations-unit"]
    assert case.opened_by == world.people["eru.specialist"]


def test_a_ticket_for_another_unit_leaves_its_opener_at_the_form(
    world: World, specialist: Client
) -> None:
    sent = {
        "type": "access-to-care",
        "summary": "An appeal.",
        "queue": world.organizations["appeals"].pk,
    }
    assert specialist.post("/tickets/open/", sent)["Location"] == "/tickets/open/"


def test_a_social_security_number_is_refused_beside_its_field_and_nothing_is_stored(
    world: World, specialist: Client
) -> None:
    sent = {"type": "access-to-care", "summary": "Her number is 123-45-6789."}
    answer = specialist.post("/tickets/open/", sent)
    assert answer.status_code == 422
    assert "summary" in answer.context["form"].errors
    world.enter()
    assert not TicketDetail.objects.exists()


def test_an_unknown_or_unused_type_is_not_found(world: World, specialist: Client) -> None:
    assert specialist.get("/tickets/open/", {"type": "nothing"}).status_code == 404
    TicketType.objects.update(is_active=False)
    assert specialist.get("/tickets/open/", {"type": "access-to-care"}).status_code == 404


def test_the_types_page_counts_tickets_of_each_type(world: World, specialist: Client) -> None:
    TicketType.objects.update(yearly_counts={"2025": 2722})
    specialist.post("/tickets/open/", {"type": "access-to-care", "summary": "One."})
    page = specialist.get("/tickets/types/")
    assert "2,722" in page.content.decode()
    [row] = page.context["types"]
    assert (row.open_count, row.all_count) == (1, 1)


def test_the_try_out_says_which_queue_and_why(world: World, admin: Client) -> None:
    access = TicketType.objects.get()
    page = admin.get("/tickets/routing/", {"ticket_type": access.pk}).content.decode()
    assert "Access to care goes to the Escalations Unit." in page
    assert "It matches, and is the first to do so." in page


def test_a_line_is_added_moved_edited_and_deleted_after_asking(world: World, admin: Client) -> None:
    sent = {"queue": world.organizations["appeals"].pk, "why": "Everything else."}
    admin.post("/tickets/routing/add/", sent)
    world.enter()
    added = RoutingRule.objects.get(why="Everything else.")
    admin.post(f"/tickets/routing/{added.pk}/up/")
    admin.post(f"/tickets/routing/{added.pk}/edit/", sent | {"why": "Nearly everything."})
    world.enter()
    first = configuration.routing_rules(world.exchange)[0]
    assert first.why == "Nearly everything."
    assert admin.get(f"/tickets/routing/{added.pk}/delete/").status_code == 200
    assert RoutingRule.objects.count() == 2
    admin.post(f"/tickets/routing/{added.pk}/delete/")
    world.enter()
    assert RoutingRule.objects.count() == 1


def test_an_incomplete_line_is_shown_again_with_its_error(world: World, admin: Client) -> None:
    answer = admin.post("/tickets/routing/add/", {"queue": world.organizations["appeals"].pk})
    assert answer.status_code == 422
    assert "why" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("office.staff", "/tickets/open/", 403),
        ("office.staff", "/tickets/types/", 403),
        ("office.staff", "/tickets/routing/", 403),
        ("agent", "/tickets/open/", 403),
        ("eru.lead", "/tickets/routing/", 403),
        ("eru.lead", "/tickets/routing/add/", 403),
        ("eru.lead", "/tickets/types/", 200),
        ("ea.analyst", "/tickets/types/", 200),
        ("eru.lead", "/tickets/types/access-to-care/edit/", 403),
        ("eru.lead", "/referral-directory/", 403),
        ("admin", "/tickets/open/", 403),
        ("admin", "/tickets/routing/", 200),
        ("admin", "/referral-directory/", 200),
    ],
)
def test_each_page_opens_for_its_roles_only(world: World, key: str, path: str, status: int) -> None:
    assert sign_in(world, key).get(path).status_code == status


def test_another_exchange_s_line_is_not_found(world: World, other_world: World) -> None:
    other_world.enter()
    foreign = RoutingRule.objects.get(exchange=other_world.exchange)
    world.enter()
    for step in ("edit", "delete"):
        answer = sign_in(world, "admin").get(f"/tickets/routing/{foreign.pk}/{step}/")
        assert answer.status_code == 404


def test_the_directory_is_added_to_and_an_entry_switched_off(world: World, admin: Client) -> None:
    """EA-17, EA-18."""
    from escalations.constituent.models import ReferralContact

    sent = {"name": "Department of Managed Health Care", "kind": "regulator", "aliases": "DMHC"}
    admin.post("/referral-directory/add/", sent)
    world.enter()
    contact = ReferralContact.objects.get()
    assert contact.aliases == ["DMHC"]
    admin.post(f"/referral-directory/{contact.pk}/edit/", sent)  # "In use" is not ticked
    contact.refresh_from_db()
    assert not contact.is_active
    again = admin.post("/referral-directory/add/", sent)
    assert again.status_code == 422
