"""An enroller's home page and what it leads to (EP-03…EP-06, SH-01…SH-03)."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.home.quick_links import QUICK_LINKS
from portal.tenancy import administration
from portal.tenancy.actor import NotAllowed
from portal.ui import cards, navigation
from portal.ui.navigation import NavItem
from tests.casework.cases import signed_in
from tests.world import World

ENROLLERS = (
    "agency.manager",
    "agent",
    "agent1",
    "admin1",
    "admin2",
    "entity.contact",
    "cec",
)
PRINTED = [
    "Consumer Retention Workspace",
    "Secure Mailbox",
    "Delegation Tool",
    "Enroller Toolkits",
    "My Reports",
    "Shop and Compare",
]


def links_of(html: str) -> dict[str, str]:
    """Label → address of the Quick Links on a page."""
    block = html.split('id="quick-links"')[1].split("</ul>")[0]
    return {label: url for url, label in re.findall(r'<a href="([^"]+)">([^<]+)</a>', block)}


def test_the_quick_links_are_the_six_of_the_enroller_portal_in_its_order_EP_03() -> None:
    assert [link.label for link in QUICK_LINKS] == PRINTED


@pytest.mark.parametrize("key", ENROLLERS)
def test_every_quick_link_a_person_has_opens_to_them_EP_03(world: World, key: str) -> None:
    client = signed_in(world, key)
    links = links_of(client.get("/").content.decode())
    assert list(links) == [label for label in PRINTED if label in links]
    assert "Secure Mailbox" in links
    for label, url in links.items():
        assert client.get(url).status_code == 200, label


def test_a_quick_link_shows_only_to_whom_its_page_opens_EP_03(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    managers = NavItem("reports-mine", "My Reports", "tenancy:people", "tenancy.invite")
    navigation.register(managers)
    monkeypatch.setattr(
        "portal.home.quick_links.QUICK_LINKS",
        [type(QUICK_LINKS[0])("My Reports", "tenancy:people", "")],
    )
    manager = signed_in(world, "agency.manager").get("/").content.decode()
    assert links_of(manager) == {"My Reports": "/people/"}
    assert 'id="quick-links"' not in signed_in(world, "agent").get("/").content.decode()


def test_the_overview_quick_guide_is_linked_EP_07(world: World) -> None:
    client = signed_in(world, "agent")
    html = client.get("/").content.decode()
    [url] = re.findall(r'<a href="([^"]+)">Enroller Portal Overview Quick Guide</a>', html)
    assert client.get(url).status_code == 200


def test_help_can_be_asked_for_from_the_home_page_at_any_time_EP_06(world: World) -> None:
    client = signed_in(world, "agent")
    assert "Submit a help request" in client.get("/").content.decode()


@pytest.mark.parametrize("key", ["office.staff", "ea.analyst", "admin"])
def test_nobody_else_has_quick_links_EP_03(world: World, key: str) -> None:
    assert "Shop and Compare" not in signed_in(world, key).get("/").content.decode()


def test_an_agency_manager_finds_its_people_under_agency_entity_EP_04(world: World) -> None:
    html = signed_in(world, "agency.manager").get("/").content.decode()
    menu = html.split("Agency/Entity")[1].split("</details>")[0]
    assert '<a href="/people/">People</a>' in menu
    # The dropdown and, on a narrow screen, a group of the one menu.
    assert html.count("Agency/Entity<") == 2


def test_the_menu_is_there_with_something_in_it_or_not_at_all_EP_04(world: World) -> None:
    for key in ("office.manager", "admin", "ea.lead"):
        assert "Agency/Entity" not in signed_in(world, key).get("/").content.decode(), key


def test_a_page_of_an_installed_wing_joins_the_menu_and_one_that_is_missing_does_not_EP_04(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "_items", dict(navigation._items))
    section = navigation.ORGANIZATION
    navigation.register(NavItem("add", "Add a Signboard", "none:such", "", section=section))
    client = signed_in(world, "agency.manager")
    assert "Add a Signboard" not in client.get("/").content.decode()
    navigation.unregister("add")
    navigation.register(NavItem("add", "Add a Signboard", "tenancy:invite", "", section=section))
    assert "Add a Signboard" in client.get("/").content.decode().split("Agency/Entity")[1]


def test_shop_and_compare_leads_to_the_exchange_s_tool_SH_01(world: World) -> None:
    client = signed_in(world, "agent")
    assert "no address yet" in client.get("/shop-and-compare/").content.decode()
    administration.update_exchange(
        actor=world.actor("admin"), shop_and_compare_url="https://compare.exchange.example/"
    )
    html = client.get("/shop-and-compare/").content.decode()
    assert 'href="https://compare.exchange.example/"' in html
    with pytest.raises(ValidationError):
        administration.update_exchange(
            actor=world.actor("admin"), shop_and_compare_url="javascript:alert(1)"
        )


def test_the_printable_page_names_the_delegated_enroller_SH_02_SH_03(world: World) -> None:
    person = world.people["agent"]
    administration.update_person(
        actor=world.actor("agent"), person=person, full_name=person.full_name, phone="555-0144"
    )
    administration.set_license_number(
        actor=world.actor("agency.manager"),
        membership=world.memberships["agent"],
        license_number=" 0m12345 ",
    )
    html = signed_in(world, "agent").get("/shop-and-compare/delegated-enroller/").content.decode()
    assert "Delegated Enroller Information" in html
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html))
    assert shown == {
        "Enroller Name": person.full_name,
        "Enroller License/Certification Number": "0M12345",
        "Enroller Phone Number": "555-0144",
        "Enroller Email Address": person.email,
    }
    other = signed_in(world, "agent2b").get("/shop-and-compare/delegated-enroller/")
    assert "0M12345" not in other.content.decode()
    assert "Not entered yet" in other.content.decode()


def test_who_does_not_enroll_compares_nothing_SH_01(world: World) -> None:
    for key in ("admin1", "admin2", "office.staff", "scr"):
        assert signed_in(world, key).get("/shop-and-compare/").status_code == 403, key


@pytest.mark.parametrize("number", ["12", "0M12345; DROP", "219-09-9999", "219099999", "x" * 21])
def test_a_license_number_that_is_none_is_refused(world: World, number: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        administration.set_license_number(
            actor=world.actor("agency.manager"),
            membership=world.memberships["agent"],
            license_number=number,
        )
    assert "license_number" in refusal.value.message_dict
    assert number not in str(refusal.value)


def test_a_license_number_is_entered_by_the_own_manager_or_an_administrator(
    world: World,
) -> None:
    url = f"/people/{world.memberships['agent'].pk}/license/"
    data = {"license_number": "0M12345"}
    for key, status in (("agent", 403), ("harbor.manager", 404), ("office.manager", 404)):
        assert signed_in(world, key).post(url, data).status_code == status, key
    with pytest.raises(NotAllowed):
        administration.set_license_number(
            actor=world.actor("harbor.manager"),
            membership=world.memberships["agent"],
            license_number="0M12345",
        )
    for key in ("agency.manager", "admin"):
        assert signed_in(world, key).post(url, data).status_code == 302, key
    world.memberships["agent"].refresh_from_db()
    assert world.memberships["agent"].license_number == "0M12345"
    office = world.memberships["office.staff"].pk
    assert signed_in(world, "admin").get(f"/people/{office}/license/").status_code == 404
    with pytest.raises(ValidationError):
        administration.set_license_number(
            actor=world.actor("admin"),
            membership=world.memberships["office.staff"],
            license_number="0M12345",
        )


def test_an_enroller_s_home_is_made_of_blocks_of_work_and_says_when_there_is_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_cards", {})
    client = signed_in(world, "agent")
    html = client.get("/").content.decode()
    assert "No open work" in html
    assert "Your cases in progress" not in html
    block = cards.Card("due", "Due this week", "ui/empty.html", lambda actor: {"title": "Three"})
    cards.register(block)
    html = client.get("/").content.decode()
    assert "Due this week" in html
    assert "No open work" not in html


@pytest.mark.parametrize("key", ["agency.manager", "agent", "cec"])
def test_an_enroller_s_home_takes_at_most_twelve_statements(world: World, key: str) -> None:
    client = signed_in(world, key)
    client.get("/")
    with CaptureQueriesContext(connection) as statements:
        client.get("/")
    # The savepoint around the request stands for its transaction, which every page has.
    asked = [entry["sql"] for entry in statements if "SAVEPOINT" not in entry["sql"]]
    assert len(asked) <= 12, "\n".join(sql[:200] for sql in asked)
