"""One's own account: profile, tokens, roles."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.ledger.models import LedgerEntry
from portal.tenancy import selectors, services
from portal.tenancy.models import ApiToken
from portal.tenancy.scope import current_exchange_id, use_exchange
from tests.tenancy.conftest import SignIn
from tests.world import NOW, World


def test_a_person_corrects_their_name_and_phone(world: World, sign_in: SignIn) -> None:
    client = sign_in("office.staff")
    answer = client.post("/profile/", {"full_name": "Ana Ruiz", "phone": "916-555-0101"})
    assert answer.status_code == 302
    world.people["office.staff"].refresh_from_db()
    assert world.people["office.staff"].full_name == "Ana Ruiz"
    entry = LedgerEntry.objects.get(action="tenancy.person_changed")
    assert entry.fields == ["full_name", "phone"]
    assert "Ana" not in str(entry.data)


def test_a_name_field_takes_no_number(world: World, sign_in: SignIn) -> None:
    answer = sign_in("office.staff").post("/profile/", {"full_name": "Ana 123-45-6789"})
    assert "without a number" in answer.content.decode()


def test_a_tokens_secret_is_shown_once_and_never_kept(world: World, sign_in: SignIn) -> None:
    client = sign_in("office.staff")
    page = client.post("/profile/tokens/new/", {"name": "Nightly", "read_only": "on", "days": 30})
    secret = re.search(r"lsn_\d+_[\w-]{43}", page.content.decode())
    assert secret is not None
    token = ApiToken.objects.get()
    assert token.read_only
    assert token.expires_at == NOW + timedelta(days=30)
    assert secret.group() not in str(list(ApiToken.objects.values()))
    profile = client.get("/profile/").content.decode()
    assert "Nightly" in profile
    assert secret.group() not in profile


def test_a_token_is_revoked_after_a_second_thought(world: World, sign_in: SignIn) -> None:
    client = sign_in("office.staff")
    client.post("/profile/tokens/new/", {"name": "Nightly", "days": 30})
    token = ApiToken.objects.get()
    address = f"/profile/tokens/{token.pk}/revoke/"
    assert "Revoke this token?" in client.get(address).content.decode()
    client.post(address)
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert client.get(address).status_code == 404


def test_somebody_elses_token_is_not_there(
    world: World, other_world: World, sign_in: SignIn
) -> None:
    token, _secret = services.create_api_token(
        actor=world.actor("office.staff"), membership=world.memberships["office.staff"], name="Mine"
    )
    for client in (
        sign_in("office.manager"),
        sign_in("admin"),
        sign_in("admin", of=other_world),
    ):
        assert client.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    world.enter()
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.fixture
def two_roles(world: World, other_world: World) -> World:
    """The analyst also works for the other exchange."""
    with use_exchange(other_world.exchange):
        other_world.memberships["guest"] = services.add_membership(
            actor=other_world.system,
            person=world.people["ea.analyst"],
            organization=other_world.organizations["escalations-unit"],
            role_key="escalations_specialist",
        )
    return other_world


def test_a_person_with_two_roles_switches_between_exchanges(
    world: World, two_roles: World, sign_in: SignIn
) -> None:
    client = sign_in("ea.analyst")
    page = client.get("/profile/").content.decode()
    assert "External Affairs analyst" in page
    assert "Escalations specialist" in page
    wanted = two_roles.memberships["guest"].pk
    assert client.post("/profile/switch/", {"membership": wanted}).status_code == 302
    page = client.get("/organizations/").content.decode()
    assert two_roles.exchange.name in page
    assert client.session["exchange_id"] == two_roles.exchange.pk


def test_the_header_offers_roles_only_to_whom_has_several(
    world: World, two_roles: World, sign_in: SignIn
) -> None:
    assert 'name="membership"' in sign_in("ea.analyst").get("/docs/").content.decode()
    assert 'name="membership"' not in sign_in("ea.lead").get("/docs/").content.decode()


def test_listing_ones_roles_leaves_the_exchange_as_it_was(world: World, two_roles: World) -> None:
    person, own = world.people["ea.analyst"], world.memberships["ea.analyst"]
    with use_exchange(world.exchange, person_id=person.pk):
        membership = selectors.membership_for_actor(own.pk, person_id=person.pk)
        assert membership is not None
        actor = selectors.actor_for(person, membership)
        exchanges = {row.exchange_id for row in actor.memberships}
        assert exchanges == {world.exchange.pk, two_roles.exchange.pk}
        assert current_exchange_id() == world.exchange.pk


def test_somebody_with_one_role_pays_no_statement_for_the_switcher(world: World) -> None:
    actor = world.actor("ea.lead")
    with CaptureQueriesContext(connection) as statements:
        assert actor.memberships == [actor.membership]
    assert len(statements) == 0


@pytest.mark.parametrize("wanted", ["0", "x", "", "other"])
def test_nobody_switches_into_a_role_that_is_not_theirs(
    world: World, other_world: World, sign_in: SignIn, wanted: str
) -> None:
    client = sign_in("ea.analyst")
    foreign = str(other_world.memberships["admin"].pk) if wanted == "other" else wanted
    assert client.post("/profile/switch/", {"membership": foreign}).status_code == 404
    assert client.get("/profile/switch/").status_code == 405


def test_a_token_made_on_the_command_line_opens_the_api(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_api_token", "ea.analyst@covered-california.example", "--read-only")
    secret, counts = capsys.readouterr().out.splitlines()
    assert counts == '{"created": 1}'
    assert secret.startswith(f"lsn_{world.exchange.pk}_")


def test_the_command_asks_which_exchange(world: World, two_roles: World) -> None:
    email = world.people["ea.analyst"].email
    with pytest.raises(CommandError, match="covered-california or maryland"):
        call_command("create_api_token", email)
    call_command("create_api_token", email, "--exchange", "maryland")
    with pytest.raises(CommandError, match="No active person"):
        call_command("create_api_token", "nobody@office.example")


def test_an_expired_token_is_shown_as_such(world: World, sign_in: SignIn) -> None:
    services.create_api_token(
        actor=world.actor("ea.lead"),
        membership=world.memberships["ea.lead"],
        name="Old",
        days=1,
    )
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert "Expired" in sign_in("ea.lead").get("/profile/").content.decode()


@pytest.mark.parametrize("page", ["/profile/", "/people/", "/organizations/", "/docs/"])
def test_no_page_opens_without_sign_in(db: None, page: str) -> None:
    assert Client().get(page).headers["Location"].startswith("/accounts/login/")
