"""Requests for help: the public form, who answers, and when all is forgotten (FL-02, DL-06)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.consumers.mirror import Delegation
from portal.tenancy.actor import NotAllowed
from storefronts.contacts.limits import PER_ADDRESS
from storefronts.contacts.models import HelpContact
from storefronts.contacts.services import (
    accept_contact,
    ask_for_help,
    decline_contact,
    forget_contacts,
)
from storefronts.models import Listing
from tests.delegations.ground import consumer_of
from tests.storefronts.finder.ground import listed
from tests.world import NOW, World

ASKED = {"name": "Noor Haddad", "phone": "9165550177", "message": "Is it open on Sundays?"}


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()


def help_of(listing: Listing) -> str:
    return f"/find/covered-california/places/{listing.public_id}/help/"


def asked(world: World, listing: Listing | None = None, **more: Any) -> HelpContact:
    listing = listing or listed(world)
    return ask_for_help(exchange=world.exchange, listing=listing, **{**ASKED, **more})


def test_a_request_waits_for_the_leads_of_a_storefronts_organization(world: World) -> None:
    listing = listed(world)
    response = Client().post(help_of(listing), ASKED)
    assert (response.status_code, response["Location"]) == (302, f"{help_of(listing)}sent/")
    assert not response.cookies
    contact = HelpContact.objects.get()
    manager, agent = world.actor("agency.manager"), world.actor("agent")
    assert list(HelpContact.objects.visible_to(manager)) == [contact]
    assert not HelpContact.objects.visible_to(agent).exists()
    assert not HelpContact.objects.visible_to(world.actor("harbor.manager")).exists()
    message = OutboxMessage.objects.get(key="storefronts.help_asked")
    assert "Noor" not in str(message.data)


def test_a_request_to_an_agent_is_theirs_and_their_leads(world: World) -> None:
    listing = listed(world, kind="agent", person=world.person("agent"))
    asked(world, listing)
    seen = {
        key: HelpContact.objects.visible_to(world.actor(key)).exists()
        for key in ("agent", "agency.manager", "agent2b", "admin1", "osd.staff", "harbor.agent")
    }
    assert seen == {
        "agent": True,
        "agency.manager": True,
        "agent2b": False,
        "admin1": False,
        "osd.staff": False,
        "harbor.agent": False,
    }


def test_the_answer_is_the_same_for_somebody_on_file_and_opens_nobody(world: World) -> None:
    listing = listed(world, kind="agent", person=world.person("agent"))
    on_file = consumer_of(world, full_name=ASKED["name"])
    known = Client().post(help_of(listing), ASKED)
    unknown = Client().post(help_of(listing), ASKED | {"name": "Somebody Else"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert not Delegation.objects.filter(consumer=on_file, status="pending").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"email": "nowhere"}, "email"),
        ({"message": "My number is 123-45-6789"}, "message"),
        ({"name": "123-45-6789"}, "name"),
        ({"language": "Klingon"}, "language"),
    ],
)
def test_a_wrong_request_is_refused_beside_its_field(
    world: World, change: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        asked(world, **change)
    assert list(refused.value.message_dict) == [field]


def test_a_refused_request_keeps_what_was_typed(world: World) -> None:
    response = Client().post(help_of(listed(world)), ASKED | {"phone": "12"})
    assert response.status_code == 422
    assert b"Noor Haddad" in response.content
    assert response["Cache-Control"] == "no-store, private"


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(world: World) -> None:
    listing = listed(world)
    response = Client().post(help_of(listing), ASKED | {"website": "https://spam.example"})
    assert (response.status_code, response["Location"]) == (302, f"{help_of(listing)}sent/")
    assert not HelpContact.objects.exists()


def test_one_sender_cannot_flood_a_place(world: World) -> None:
    listing = listed(world)
    codes = [Client().post(help_of(listing), ASKED).status_code for _ in range(PER_ADDRESS + 1)]
    assert codes == [302] * PER_ADDRESS + [429]
    assert HelpContact.objects.count() == PER_ADDRESS


def test_a_place_that_left_the_map_takes_no_request(world: World) -> None:
    listing = listed(world, state="lapsed")
    with pytest.raises(Refused):
        asked(world, listing)


def test_what_is_kept_cannot_be_read_in_the_database(world: World) -> None:
    asked(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name || phone || message FROM storefronts_helpcontact")
        assert "Noor" not in cursor.fetchone()[0]


def test_how_to_reach_them_shows_once_the_request_is_accepted(world: World) -> None:
    contact = asked(world)
    client = Client()
    client.force_login(world.person("agency.manager"))
    address = f"/storefronts/help-requests/{contact.pk}/"
    assert b"555-0177" not in client.get(address).content
    assert client.post(f"{address}accept/").status_code == 302
    assert b"555-0177" in client.get(address).content


def test_a_declined_request_is_forgotten_at_once(world: World) -> None:
    contact = decline_contact(actor=world.actor("agency.manager"), contact=asked(world))
    contact.refresh_from_db()
    assert (contact.status, contact.name, contact.phone, contact.message) == (
        "declined",
        "",
        "",
        "",
    )


def test_a_request_is_answered_once(world: World) -> None:
    contact = asked(world)
    manager = world.actor("agency.manager")
    accept_contact(actor=manager, contact=contact)
    with pytest.raises(Refused, match="accepted already"):
        decline_contact(actor=manager, contact=contact)


def test_to_others_of_the_same_role_a_request_does_not_exist(world: World) -> None:
    contact = asked(world)
    with pytest.raises(HelpContact.DoesNotExist):
        accept_contact(actor=world.actor("harbor.manager"), contact=contact)
    with pytest.raises(NotAllowed):
        accept_contact(actor=world.actor("osd.staff"), contact=contact)


def test_after_thirty_days_a_request_expires_and_is_empty(world: World) -> None:
    contact, kept = asked(world), asked(world, listed(world, name="Another"))
    HelpContact.objects.filter(pk=kept.pk).update(asked_at=NOW + timedelta(seconds=1))
    now = NOW + timedelta(days=30)
    assert forget_contacts(actor=world.system, now=now) == 1
    assert forget_contacts(actor=world.system, now=now) == 0
    contact.refresh_from_db()
    kept.refresh_from_db()
    assert (contact.status, contact.name, contact.emptied_at) == ("expired", "", now)
    assert (kept.status, kept.name) == ("pending", "Noor Haddad")


def test_pending_delegations_name_the_requests_that_wait(world: World) -> None:
    asked(world)
    client = Client()
    client.force_login(world.person("agency.manager"))
    page = client.get("/delegations/").content.decode()
    assert "1 request for help from Find a Local Enroller" in page


def test_the_administration_site_lists_requests_without_saying_who_asked(world: World) -> None:
    contact = asked(world)
    client = Client()
    client.force_login(world.person("admin"))
    rows = client.get("/admin/storefronts/helpcontact/").content.decode()
    row = client.get(f"/admin/storefronts/helpcontact/{contact.pk}/change/").content.decode()
    assert contact.listing.name in rows
    for page in (rows, row):
        assert not any(said in page for said in (*ASKED.values(), "555-0177"))
