"""The documentation says what the portal does, because it is read from the same tables."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from portal.casework import kinds
from portal.reference import documents, tables
from portal.reference.routes import routes
from portal.tenancy import actions, services
from tests.tenancy.conftest import SignIn, sign_in  # noqa: F401 (a fixture)
from tests.world import World

#: Every address that answers without a sign-in; a new one is a decision, not an accident.
PUBLIC = {
    "tenancy:invitation-accept",
    "session-keep-alive",
    "accessibility",
    "briefings:stop",
    "inbound:take",
    "notifications:live",
    "releases:sign",
    "admin:login",
    "health-live",
    "health-ready",
    "robots",
    "security-contact",
    "storefronts:find",
    "storefronts:find-place",
    "storefronts:find-photo",
    "storefronts:find-help",
    "storefronts:find-help-sent",
    "storefronts:find-embed",
    "storefronts:find-widget",
    "storefronts:find-map",
    "storefronts:find-map-part",
}


def test_the_documents_are_up_to_date() -> None:
    for name, text in documents.documents().items():
        assert (documents.folder() / name).read_text(encoding="utf-8") == text, (
            f"{name} is stale: run manage.py build_docs"
        )


def test_every_action_and_act_is_documented() -> None:
    text = documents.permissions()
    assert all(f"`{action.key}`" in text for action in actions.all_actions())
    text = documents.transitions()
    for kind in kinds.all_kinds():
        assert f"## {kind.label}" in text
        assert all(f"(`{key}`)" in text for key in kind.machine.acts)


def test_the_page_shows_what_the_exchange_has_now(
    world: World,
    sign_in: SignIn,  # noqa: F811
) -> None:
    role = world.memberships["office.manager"].role
    services.set_role_actions(actor=world.actor("admin"), role=role, action_keys=["casework.view"])
    page = sign_in("ea.analyst").get("/docs/permissions/", {"role": "office_manager"})
    rows = [row for _, rows in page.context["rooms"] for row in rows]
    assert [row.key for row in rows] == ["casework.view"]


def test_staff_read_how_each_kind_of_case_moves(
    world: World,
    sign_in: SignIn,  # noqa: F811
) -> None:
    html = sign_in("eru.specialist").get("/docs/transitions/").content.decode()
    assert "Acknowledge receipt" in html
    assert "EA-08" in html


@pytest.mark.parametrize("page", ["/docs/permissions/", "/docs/transitions/"])
@pytest.mark.parametrize("person", ["office.manager", "agent"])
def test_outside_people_get_the_short_page_instead(
    world: World,
    sign_in: SignIn,  # noqa: F811
    person: str,
    page: str,
) -> None:
    client = sign_in(person)
    assert client.get(page).status_code == 403
    assert "release form" in client.get("/docs/").content.decode()


def test_the_accessibility_statement_is_open_to_all(db: None) -> None:
    assert "WCAG" in Client().get("/accessibility/").content.decode()


def test_an_exchange_reads_about_its_own_kinds_of_case_only() -> None:
    shown = tables.transitions(tables.founding_grants(), only=["ticket"])
    assert [kind.key for kind in shown] == ["ticket"]


def test_the_inventory_names_every_public_address(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("list_routes")
    *lines, counts = capsys.readouterr().out.splitlines()
    found = [json.loads(line) for line in lines]
    assert json.loads(counts)["routes"] == len(found) > 50
    public = {
        route["name"]
        for route in found
        if route["auth"] == "public" and not route["path"].startswith("/accounts/")
    }
    assert public == PUBLIC
    assert all(route["auth"] != "public" for route in found if "/api/" in route["path"])


def test_every_page_of_the_portal_asks_for_an_actor() -> None:
    asked = {route.name: route.auth for route in routes()}
    assert asked["tenancy:profile"] == "actor"
    assert asked["admin:index"] == "admin"
    assert asked["mfa_index"] == "account"


def test_stale_documents_fail_the_check(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "folder", lambda: tmp_path)
    with pytest.raises(CommandError, match="would change"):
        call_command("build_docs", "--check")
    call_command("build_docs")
    call_command("build_docs", "--check")
