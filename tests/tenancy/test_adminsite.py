"""The administration site: one more door to the services, into one exchange."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from portal.ledger.models import LedgerEntry
from portal.tenancy.adminsite import ServiceModelAdmin, site
from portal.tenancy.models import Membership, Organization, Person
from tests.tenancy.conftest import SignIn
from tests.world import PASSWORD, World

INDEX = "/admin/"


def url(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("admin")


@pytest.fixture
def platform(world: World) -> Client:
    """The platform's superuser; every exchange is a demonstration, so no second factor."""
    world.exchange.is_demo = True
    world.exchange.save()
    root = Person.objects.create_superuser("root@platform.example", PASSWORD, full_name="Root")
    client = Client()
    client.force_login(root, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_way_in_is_the_portals_own_sign_in(world: World) -> None:
    client = Client()
    assert client.get(INDEX).headers["Location"] == "/admin/login/?next=/admin/"
    assert (
        client.get("/admin/login/?next=/admin/").headers["Location"]
        == "/accounts/login/?next=%2Fadmin%2F"
    )


@pytest.mark.parametrize("person", ["ea.lead", "office.manager", "privacy", "agency.manager"])
def test_others_are_refused_and_the_refusal_is_recorded(
    world: World, sign_in: SignIn, person: str
) -> None:
    client = sign_in(person)
    for address in (INDEX, url("tenancy_person", "changelist"), "/admin/jsi18n/"):
        assert client.get(address).status_code == 403
    assert LedgerEntry.objects.filter(outcome="refused", action="tenancy.administer").count() == 3


def test_every_list_and_form_opens(world: World, administrator: Client) -> None:
    assert administrator.get(INDEX).status_code == 200
    for model, model_admin in site._registry.items():
        if model_admin.action == "ledger.view":
            continue
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        assert administrator.get(url(label, "changelist")).status_code == 200, label
        world.enter()
        row = model_admin.of_exchange(model._default_manager.all(), world.exchange).first()
        if row is not None:
            page = administrator.get(url(label, "change", row.pk))
            assert page.status_code == 200, label
            assert administrator.get(url(label, "history", row.pk)).status_code == 200, label
        if model_admin.create is not None:
            assert administrator.get(url(label, "add")).status_code == 200, label


def test_nothing_is_deleted_and_nothing_is_done_in_bulk(
    world: World, administrator: Client
) -> None:
    row = world.organizations["appeals"]
    for model_admin in site._registry.values():
        assert model_admin.actions is None
    assert administrator.post(url("tenancy_organization", "delete", row.pk)).status_code == 403


def test_a_stock_class_is_not_taken() -> None:
    with pytest.raises(TypeError, match="ServiceModelAdmin"):
        site.register(Person, admin.ModelAdmin)
    assert all(isinstance(known, ServiceModelAdmin) for known in site._registry.values())


def test_no_model_with_details_of_a_case_is_here() -> None:
    labels = {model._meta.label for model in site._registry}
    assert not {label for label in labels if "Detail" in label or "Note" in label}
    assert not any("beat" in label.lower() for label in labels)


def test_an_organization_is_created_by_its_service(world: World, administrator: Client) -> None:
    answer = administrator.post(
        url("tenancy_organization", "add"),
        {
            "kind": "government_office",
            "code": "senate-21",
            "name": "Senate District 21",
            "parent": "",
            "aliases": "",
            "duties": "",
            "phone": "",
            "email": "",
        },
    )
    assert answer.status_code == 302
    office = Organization.objects.get(code="senate-21")
    assert office.path == f"{office.pk}."
    assert office.group is not None  # what releases are granted to
    entry = LedgerEntry.objects.get(
        action="tenancy.organization_created", data__organization=office.pk
    )
    assert entry.actor == world.people["admin"]


def test_a_services_refusal_stands_beside_the_field(world: World, administrator: Client) -> None:
    office = world.organizations["assembly-13"]
    answer = administrator.post(
        url("tenancy_organization", "change", office.pk),
        {"name": office.name, "aliases": "", "duties": "", "phone": "", "email": ""},
    )
    assert answer.status_code == 200
    assert "End the memberships of its people first." in answer.content.decode()
    office.refresh_from_db()
    assert office.is_active


def test_a_role_is_edited_by_check_boxes_within_its_reach(
    world: World, administrator: Client
) -> None:
    role = world.memberships["office.staff"].role
    address = url("tenancy_role", "change", role.pk)
    offered = dict(administrator.get(address).context["adminform"].form.fields["actions"].choices)
    assert "constituent.submit" in offered
    assert "constituent.close" not in offered
    administrator.post(address, {"actions": ["constituent.submit", "casework.view"]})
    role.refresh_from_db()
    assert role.actions == ["casework.view", "constituent.submit"]
    refused = administrator.post(address, {"actions": ["constituent.close"]})
    assert refused.status_code == 200
    history = administrator.get(url("tenancy_role", "history", role.pk)).content.decode()
    assert "constituent.submit" in history
    assert world.people["admin"].full_name in history


def test_a_person_is_switched_off_by_the_service(world: World, administrator: Client) -> None:
    person = world.people["office.staff"]
    answer = administrator.post(
        url("tenancy_person", "change", person.pk), {"full_name": "Office Staff", "phone": ""}
    )
    assert answer.status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    assert LedgerEntry.objects.filter(action="tenancy.person_deactivated").count() == 1


def test_nobody_switches_themselves_off(world: World, administrator: Client) -> None:
    person = world.people["admin"]
    answer = administrator.post(
        url("tenancy_person", "change", person.pk), {"full_name": "Admin", "phone": ""}
    )
    assert "cannot switch off your own account" in answer.content.decode()


def test_a_membership_is_given_and_ended(world: World, administrator: Client) -> None:
    answer = administrator.post(
        url("tenancy_membership", "add"),
        {
            "person": world.people["agent"].pk,
            "organization": world.organizations["appeals"].pk,
            "role": world.memberships["appeals.specialist"].role.pk,
        },
    )
    assert answer.status_code == 302
    row = Membership.objects.get(person=world.people["agent"], role__key="appeals_specialist")
    administrator.post(url("tenancy_membership", "change", row.pk), {"languages": "Spanish"})
    row.refresh_from_db()
    assert not row.is_active
    assert row.languages == ["Spanish"]


def test_the_exchanges_settings_are_changed_and_recorded(
    world: World, administrator: Client
) -> None:
    exchange = world.exchange
    administrator.post(
        url("tenancy_exchange", "change", exchange.pk),
        {
            "name": "New name",
            "short_name": "New",
            "contact_email": "desk@exchange.example",
            "contact_phone": "",
            "time_zone": "America/Los_Angeles",
            "modules": exchange.modules,
            "number_formats": "{}",
            "slug": "elsewhere",
        },
    )
    exchange.refresh_from_db()
    assert exchange.name == "New name"
    assert exchange.slug == "covered-california"  # laid down at the founding
    entry = LedgerEntry.objects.get(action="tenancy.exchange_changed")
    assert entry.fields == ["contact_email", "name", "short_name"]


def test_t08_zone_kinds_and_numbers_are_edited_with_a_warning_and_a_sample(
    world: World, administrator: Client
) -> None:
    exchange = world.exchange
    address = url("tenancy_exchange", "change", exchange.pk)
    wanted = {
        "name": exchange.name,
        "short_name": exchange.short_name,
        "contact_email": exchange.contact_email,
        "contact_phone": "",
        "time_zone": "America/Denver",
        "modules": ["ticket"],
        "number_formats": '{"ticket": "T-{year}-{sequence:05d}"}',
    }
    refused = administrator.post(address, wanted | {"number_formats": '{"ticket": "T-{year}"}'})
    assert "must contain {sequence}" in refused.content.decode()
    exchange.refresh_from_db()
    assert exchange.time_zone == "America/Los_Angeles", "a refusal keeps nothing"

    answer = administrator.post(address, wanted, follow=True)
    assert "Deadlines already given keep their instants" in answer.content.decode()
    exchange.refresh_from_db()
    assert (exchange.time_zone, exchange.modules) == ("America/Denver", ["ticket"])
    page = administrator.get(address).content.decode()
    assert ": T-2025-00001" in page


@pytest.mark.parametrize("model", ["tenancy_organization", "tenancy_person", "tenancy_membership"])
def test_another_exchanges_row_is_as_missing_as_one_that_never_was(
    world: World, other_world: World, administrator: Client, model: str
) -> None:
    foreign = {
        "tenancy_organization": other_world.organizations["appeals"],
        "tenancy_person": other_world.people["agent"],
        "tenancy_membership": other_world.memberships["agent"],
    }[model]
    for page in ("change", "history"):
        there = administrator.get(url(model, page, foreign.pk))
        never = administrator.get(url(model, page, 987654321))
        assert there.status_code == never.status_code == 302
        assert there.headers["Location"] == never.headers["Location"] == INDEX
    listed = administrator.get(url(model, "changelist")).content.decode()
    assert "maryland" not in listed


def test_the_other_exchanges_settings_are_not_there(
    world: World, other_world: World, administrator: Client
) -> None:
    answer = administrator.get(url("tenancy_exchange", "change", other_world.exchange.pk))
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        "exchange__slug=maryland",
        "person__password__startswith=a",
        "person__memberships__exchange__name=x",
        "organization__cases__constituent__constituent_name__contains=R",
        "exchange=1",
    ],
)
def test_no_filter_reaches_into_another_table(
    world: World, administrator: Client, query: str
) -> None:
    answer = administrator.get(f"{url('tenancy_membership', 'changelist')}?{query}")
    assert answer.status_code in (302, 400)
    if answer.status_code == 302:  # Django's answer to a filter that does not exist
        assert answer.headers["Location"].endswith("?e=1")


def test_completion_offers_ones_own_exchange_only(
    world: World, other_world: World, administrator: Client
) -> None:
    answer = administrator.get(
        "/admin/autocomplete/",
        {
            "term": "agent",
            "app_label": "tenancy",
            "model_name": "membership",
            "field_name": "person",
        },
    )
    ids = {int(row["id"]) for row in answer.json()["results"]}
    assert world.people["agent"].pk in ids
    assert other_world.people["agent"].pk not in ids


def test_a_foreign_row_cannot_be_chosen_in_a_form(
    world: World, other_world: World, administrator: Client
) -> None:
    answer = administrator.post(
        url("tenancy_membership", "add"),
        {
            "person": other_world.people["agent"].pk,
            "organization": world.organizations["appeals"].pk,
            "role": world.memberships["appeals.specialist"].role.pk,
        },
    )
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()


def test_the_ledger_is_hidden_from_those_whom_it_watches(
    world: World, administrator: Client
) -> None:
    assert administrator.get(url("ledger_ledgerentry", "changelist")).status_code == 403
    assert "ledgerentry" not in administrator.get(INDEX).content.decode()


def test_the_superuser_works_in_one_exchange_at_a_time(
    world: World, other_world: World, platform: Client
) -> None:
    other_world.exchange.is_demo = True
    other_world.exchange.save()
    index = platform.get(INDEX).content.decode()
    assert "Choose an exchange" in index
    assert platform.get(url("tenancy_organization", "changelist")).status_code == 403
    platform.post("/admin/exchange/", {"exchange": other_world.exchange.pk})
    page = platform.get(url("tenancy_person", "changelist")).content.decode()
    assert "maryland.example" in page
    assert "covered-california.example" not in page
    answer = platform.post(
        url("tenancy_person", "change", other_world.people["agent"].pk),
        {"full_name": "Agent Renamed", "phone": "", "is_active": "on"},
    )
    assert answer.status_code == 302
    other_world.enter()
    entry = LedgerEntry.objects.get(action="tenancy.person_changed")
    assert (entry.exchange, entry.channel) == (other_world.exchange, "platform")


def test_an_administrator_cannot_choose_an_exchange(
    world: World, other_world: World, administrator: Client
) -> None:
    answer = administrator.post("/admin/exchange/", {"exchange": other_world.exchange.pk})
    assert answer.status_code == 404


def test_ia_2_the_superuser_needs_a_second_factor_in_earnest(
    world: World, other_world: World, platform: Client
) -> None:
    """The other exchange is no demonstration."""
    assert platform.get(INDEX).headers["Location"] == "/accounts/2fa/"


def test_the_superuser_has_no_business_on_the_portals_pages(platform: Client) -> None:
    assert platform.get("/people/").headers["Location"] == INDEX


def test_no_page_of_the_site_needs_inline_script_or_style(
    world: World, administrator: Client
) -> None:
    import re

    for address in (
        INDEX,
        url("tenancy_organization", "changelist"),
        url("tenancy_organization", "add"),
        url("tenancy_role", "change", world.memberships["admin"].role.pk),
    ):
        html = administrator.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", html)
        for tag in re.findall(r"<script[^>]*>", html):
            assert "src=" in tag or "application/json" in tag
