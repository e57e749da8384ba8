"""Sign-in and sessions: AC-2, AC-11, AC-12, IA-2, IA-5 of SP 800-53."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings as portal_settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal.ledger.models import LedgerEntry
from portal.tenancy import services
from portal.tenancy.accounts import SocialAccountAdapter
from portal.tenancy.models import Person
from portal.tenancy.passwords import is_guessable
from tests.tenancy.conftest import SignIn
from tests.world import NOW, PASSWORD, World

LOGIN = "/accounts/login/"
PAGE = "/profile/"


def enter(client: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    """Send the sign-in form."""
    return client.post(LOGIN, {"login": email, "password": password, **more})


def key_of(client: Client) -> str | None:
    return client.session.session_key


def test_somebody_signs_in_and_gets_a_new_session(world: World, client: Client) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies[portal_settings.SESSION_COOKIE_NAME] = before
    assert enter(client, "ea.analyst@covered-california.example").status_code == 302
    assert key_of(client) not in (None, before)
    assert client.get(PAGE).status_code == 200


def test_a_page_asks_for_sign_in_and_comes_back(world: World, client: Client) -> None:
    answer = client.get(PAGE)
    assert answer.headers["Location"] == f"{LOGIN}?next={PAGE}"
    answer = enter(client, "ea.analyst@covered-california.example", next=PAGE)
    assert answer.headers["Location"] == PAGE


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_sign_in_leads_nowhere_else(world: World, client: Client, target: str) -> None:
    answer = enter(client, "ea.analyst@covered-california.example", next=target)
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]


@pytest.mark.parametrize(("minutes", "alive"), [(14, True), (15.5, False)])
def test_ac_11_a_session_ends_after_15_idle_minutes(
    world: World, sign_in: SignIn, minutes: float, alive: bool
) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        answer = client.get(PAGE)
        if alive:
            assert answer.status_code == 200
            return
        assert answer.headers["Location"] == f"{LOGIN}?ended=1&next=%2Fprofile%2F"
        page = client.get(answer.headers["Location"])
        assert "Your session has ended" in page.content.decode()
        assert client.get(PAGE).status_code == 302  # it stays ended


def test_ac_11_work_keeps_a_session_alive_and_polls_do_not(world: World, sign_in: SignIn) -> None:
    working, idle = sign_in("ea.analyst"), sign_in("ea.lead")
    working.get(PAGE)
    idle.get(PAGE)
    for minutes in range(5, 31, 5):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            worked = working.get(PAGE)
            polled = idle.get(PAGE, headers={"X-Unattended": "1"})
    assert worked.status_code == 200
    assert polled.status_code == 302


def test_ac_12_a_session_ends_after_12_hours_of_work(world: World, sign_in: SignIn) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    answer = None
    for minutes in range(10, 12 * 60 + 11, 10):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            answer = client.get(PAGE)
            if minutes == 12 * 60:
                assert answer.status_code == 200
    assert answer is not None
    assert answer.status_code == 302


def test_a_form_sent_after_the_end_returns_to_the_page_it_stood_on(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        answer = client.post(
            "/profile/switch/", headers={"Referer": "http://testserver/organizations/?x=1"}
        )
    assert answer.headers["Location"] == f"{LOGIN}?ended=1&next=%2Forganizations%2F%3Fx%3D1"


def test_a_foreign_referer_is_no_way_back(world: World, sign_in: SignIn) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        answer = client.post("/profile/switch/", headers={"Referer": "https://evil.example/x"})
    assert answer.headers["Location"] == f"{LOGIN}?ended=1"


def test_a_fragment_asked_for_after_the_end_leads_the_whole_page_to_sign_in(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        answer = client.get(
            PAGE, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/"}
        )
    assert answer.headers["HX-Redirect"] == f"{LOGIN}?ended=1&next=%2Fpeople%2F"


def test_p_10_keeping_a_session_alive_costs_one_statement(world: World, sign_in: SignIn) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with (
        time_machine.travel(NOW + timedelta(minutes=2), tick=False),
        CaptureQueriesContext(connection) as statements,
    ):
        answer = client.post("/session/keep-alive/")
    assert answer.json() == {"alive": True}
    queries = [q for q in statements.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(queries) <= 1


def test_keeping_alive_what_has_ended_says_so(world: World, sign_in: SignIn) -> None:
    client = sign_in("ea.analyst")
    client.get(PAGE)
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        assert client.post("/session/keep-alive/").status_code == 401
    assert Client().post("/session/keep-alive/").status_code == 401


def test_ac_2_a_disabled_person_is_out_with_the_next_request(world: World, sign_in: SignIn) -> None:
    client = sign_in("ea.analyst")
    assert client.get(PAGE).status_code == 200
    services.set_person_active(
        actor=world.actor("admin"), person=world.people["ea.analyst"], is_active=False
    )
    assert client.get(PAGE).headers["Location"].startswith(LOGIN)


def test_ac_3_an_ended_membership_gives_nothing_from_the_next_request_on(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in("office.staff")
    assert client.get(PAGE).status_code == 200
    services.end_membership(
        actor=world.actor("office.manager"), membership=world.memberships["office.staff"]
    )
    assert client.get(PAGE).status_code == 302


def test_ac_3_a_change_of_role_holds_at_once(world: World, sign_in: SignIn) -> None:
    client = sign_in("office.manager")
    assert client.get("/people/").status_code == 200
    role = world.memberships["office.manager"].role
    services.set_role_actions(actor=world.actor("admin"), role=role, action_keys=["casework.view"])
    assert client.get("/people/").status_code == 403


def test_ia_2_where_the_exchange_asks_nothing_opens_without_a_second_factor(
    world: World, sign_in: SignIn
) -> None:
    world.exchange.require_second_factor = True
    world.exchange.save()
    client = sign_in("ea.analyst")
    for address in (PAGE, "/organizations/", "/docs/"):
        assert client.get(address).headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    TOTP.activate(world.people["ea.analyst"], "JBSWY3DPEHPK3PXP")
    assert client.get(PAGE).status_code == 200


def test_ia_2_with_a_second_factor_the_password_alone_does_not_sign_in(
    world: World, client: Client
) -> None:
    TOTP.activate(world.people["ea.analyst"], "JBSWY3DPEHPK3PXP")
    answer = enter(client, "ea.analyst@covered-california.example")
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get(PAGE).headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize(("days", "alive"), [(59, True), (61, False)])
def test_ac_2_3_an_account_unused_for_60_days_is_switched_off_at_sign_in(
    world: World, client: Client, days: int, alive: bool
) -> None:
    person = world.people["office.staff"]
    Person.objects.filter(pk=person.pk).update(last_login=NOW)
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        answer = enter(client, person.email)
        opened = client.get(PAGE).status_code
    assert (opened == 200) is alive
    assert answer.status_code == 302
    world.enter()
    recorded = LedgerEntry.objects.filter(action="tenancy.person_dormant")
    assert [entry.data for entry in recorded] == ([] if alive else [{"person": person.pk}])


def test_ac_2_3_a_reactivated_account_may_sign_in_again(world: World, client: Client) -> None:
    person = world.people["office.staff"]
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        enter(client, person.email)
        person.refresh_from_db()
        assert not person.is_active
        services.set_person_active(actor=world.actor("admin"), person=person, is_active=True)
        enter(client, person.email)
        assert client.get(PAGE).status_code == 200


def test_ac_2_3_the_daily_sweep_finds_what_nobody_used(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    Person.objects.filter(pk=world.people["ea.lead"].pk).update(last_login=NOW + timedelta(days=30))
    _token, _secret = services.create_api_token(
        actor=world.actor("agent"), membership=world.memberships["agent"], name="Sync", days=200
    )
    _token.last_used_at = NOW + timedelta(days=40)
    _token.save()
    later = (NOW + timedelta(days=61)).isoformat()
    call_command("end_dormant_accounts", "--now", later)
    unused = len(world.people) - 2
    assert capsys.readouterr().out.strip() == f'{{"switched_off": {unused}}}'
    active = set(Person.objects.filter(is_active=True).values_list("email", flat=True))
    assert active == {world.people[key].email for key in ("ea.lead", "agent")}
    call_command("end_dormant_accounts", "--now", later)
    assert capsys.readouterr().out.strip() == '{"switched_off": 0}'


def test_ac_7_guessing_is_slowed_down_even_with_the_right_password_at_last(
    world: World, client: Client
) -> None:
    email = "ea.analyst@covered-california.example"
    answers = [enter(client, email, f"a wrong password {n}") for n in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert "Too many" in answers[-1].content.decode()
    assert enter(client, email).status_code == 200
    assert client.get(PAGE).status_code == 302


def test_an_unknown_address_and_a_wrong_password_are_one_answer(
    world: World, client: Client
) -> None:
    wrong = enter(client, "ea.analyst@covered-california.example", "not the password")
    unknown = enter(Client(), "ea.analyst@covered-california.examplf", "not the password")
    messages = [answer.context["form"].errors for answer in (wrong, unknown)]
    assert messages[0] == messages[1]


def test_a_reset_answers_alike_for_known_and_unknown_addresses(world: World) -> None:
    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("ea.analyst@covered-california.example", "nobody@covered-california.example")
    )
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


@pytest.mark.parametrize("twin", ["ea.analy\u017ft", "e\u0430.analyst", "ea\uff0eanalyst"])
def test_a_look_alike_address_is_somebody_else(world: World, client: Client, twin: str) -> None:
    """LATIN SMALL LETTER LONG S folds to S, as the database compares; it must not sign in."""
    enter(client, f"{twin}@covered-california.example")
    assert client.get(PAGE).status_code == 302


def test_the_case_of_an_address_does_not_matter(world: World, client: Client) -> None:
    enter(client, "EA.Analyst@Covered-California.Example")
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "passwordpassword",
        "password12345678",
        "P@ssw0rd20252025",
        "qwertyuiopqwertyuiop",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqrstuvwxyz",
        "rosa.quintero@office",
    ],
)
def test_ia_5_weak_passwords_are_refused(password: str) -> None:
    person = Person(email="rosa.quintero@office.example", full_name="Rosa Quintero")
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "kettle of violet weather, " * 4 + "and 24 more to go here.",
        "Über den Dächern von Fresno",
        "四つの言葉を並べた長い合言葉です",
    ],
    ids=["words", "128 characters", "umlauts", "Japanese"],
)
def test_ia_5_long_passwords_of_any_characters_are_accepted(password: str) -> None:
    validate_password(password, Person(email="rosa@office.example", full_name="Rosa Quintero"))


def test_a_guessable_core_is_found_under_its_padding() -> None:
    assert is_guessable("!!!!Football!!!!1999")
    assert not is_guessable("football under a violet moon")


def test_changing_the_password_ends_every_other_session(world: World, sign_in: SignIn) -> None:
    here, elsewhere = Client(), sign_in("ea.analyst")
    enter(here, "ea.analyst@covered-california.example")
    assert elsewhere.get(PAGE).status_code == 200
    new = "another horse, same battery"
    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert elsewhere.get(PAGE).status_code == 302
    fresh = Client()
    enter(fresh, "ea.analyst@covered-california.example", new)
    assert fresh.get(PAGE).status_code == 200


def test_signing_out_everywhere_else_ends_the_other_session(world: World) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        enter(client, "ea.analyst@covered-california.example")
        assert client.get(PAGE).status_code == 200
    assert here.get("/profile/sessions/").headers["Location"] == "/accounts/sessions/"
    assert here.get("/accounts/sessions/").status_code == 200
    here.post("/accounts/sessions/")
    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302


def _arrival(email: str, *, verified: bool) -> SimpleNamespace:
    """What an identity provider says about somebody who has just come back from it."""
    connected: list[Person] = []
    return SimpleNamespace(
        is_existing=False,
        email_addresses=[SimpleNamespace(email=email, verified=verified)],
        connected=connected,
        connect=lambda request, person: connected.append(person),
    )


def _request() -> object:
    request = RequestFactory().get("/accounts/oidc/login/callback/")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def test_single_sign_on_lets_in_whom_an_exchange_has_invited(world: World) -> None:
    arrival = _arrival("EA.Analyst@covered-california.example", verified=True)
    SocialAccountAdapter().pre_social_login(_request(), arrival)
    assert arrival.connected == [world.people["ea.analyst"]]


@pytest.mark.parametrize(
    ("email", "verified"),
    [
        ("ea.analyst@covered-california.example", False),
        ("stranger@covered-california.example", True),
    ],
)
def test_single_sign_on_makes_no_person(world: World, email: str, verified: bool) -> None:
    before = Person.objects.count()
    arrival = _arrival(email, verified=verified)
    with pytest.raises(ImmediateHttpResponse) as refused:
        SocialAccountAdapter().pre_social_login(_request(), arrival)
    assert refused.value.response.headers["Location"] == LOGIN
    assert arrival.connected == []
    assert Person.objects.count() == before
    assert not SocialAccountAdapter().is_open_for_signup(_request(), arrival)


def test_nobody_signs_up(world: World, client: Client) -> None:
    answer = client.post(
        "/accounts/signup/",
        {"email": "new@office.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not Person.objects.filter(email="new@office.example").exists()
    assert "closed" in answer.content.decode().lower()


def test_no_button_of_a_provider_is_shown_where_none_is_configured(
    db: None, client: Client
) -> None:
    assert "oidc" not in client.get(LOGIN).content.decode()


def test_a_configured_provider_has_its_button(
    world: World, client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``OIDC_APPS`` configures it; the app itself is installed at start-up only."""
    settings.ROOT_URLCONF = "tests.tenancy.sso_urls"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "state-sso",
                    "name": "State employees",
                    "client_id": "liaison",
                    "secret": "unused",
                    "settings": {"server_url": "https://login.state.example/"},
                }
            ]
        }
    }
    monkeypatch.setitem(registry.provider_map, OpenIDConnectProvider.id, OpenIDConnectProvider)
    page = client.get(LOGIN).content.decode()
    assert "State employees" in page
    assert "/accounts/oidc/state-sso/login/" in page
