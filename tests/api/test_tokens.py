"""Who gets in: tokens, their rights and their end."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from portal.api.throttling import TokenRateThrottle
from portal.tenancy.services import create_api_token, end_membership, revoke_api_token
from tests.api.conftest import API, Api, Caller
from tests.world import NOW, World

READS = [
    "cases/",
    "me/",
    "organizations/",
    "queues/",
    "people/",
    "calendar/",
    "policies/",
    "tokens/",
    "bell/",
    "inbound/mails/",
    "ledger/",
    "feeds/",
    "ticket-types/",
    "resolution-codes/",
    "referral-contacts/",
    "cases/EA-2025-1/",
    "cases/EA-2025-1/releases/",
    "schema/",
    "no/such/address/",
]
WRITES = [
    "constituent-cases/",
    "constituent-cases/recorded/",
    "tickets/",
    "tokens/",
    "tokens/1/revoke/",
    "bell/read/",
    "cases/bulk/",
    "cases/EA-2025-1/notes/",
    "cases/EA-2025-1/files/",
    "cases/EA-2025-1/releases/",
    "cases/EA-2025-1/replies/",
    "cases/EA-2025-1/acts/take/",
    *(
        f"releases/1/{act}/"
        for act in ("accept", "reject", "revoke", "request-override", "confirm-override")
    ),
]


@pytest.mark.parametrize("path", READS)
def test_nothing_opens_without_a_token(world: World, path: str) -> None:
    answer = Client().get(f"{API}/{path}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Liaison"'
    assert answer.json()["errors"][0]["code"] == "not_authenticated"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", WRITES)
def test_nothing_is_written_without_a_token_or_with_one_that_may_only_read(
    call: Caller, path: str
) -> None:
    assert Client().post(f"{API}/{path}", {}).status_code == 401
    answer = call("ea.analyst", read_only=True).post(path)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["detail"] == "This token may only read."


def test_a_browsers_session_alone_opens_nothing(world: World, client: Client) -> None:
    client.force_login(world.people["ea.analyst"])
    assert client.get(f"{API}/cases/").status_code == 401


def end_by_revoking(world: World, api: Api) -> None:
    assert api.token is not None
    revoke_api_token(actor=world.actor("ea.analyst"), token=api.token)


def end_by_membership(world: World, api: Api) -> None:
    end_membership(actor=world.system, membership=world.memberships["ea.analyst"])


def end_by_switching_off(world: World, api: Api) -> None:
    person = world.people["ea.analyst"]
    person.is_active = False
    person.save()


def end_of_exchange(world: World, api: Api) -> None:
    world.exchange.is_active = False
    world.exchange.save()


@pytest.mark.parametrize(
    "end", [end_by_revoking, end_by_membership, end_by_switching_off, end_of_exchange]
)
def test_a_token_that_has_ended_opens_nothing(world: World, call: Caller, end: Any) -> None:
    analyst = call("ea.analyst")
    assert analyst.get("me/").status_code == 200
    end(world, analyst)
    refused = analyst.get("me/")
    unknown = Api("lsn_1_nobody").get("me/")
    assert refused.status_code == unknown.status_code == 401
    assert refused.content == unknown.content


def test_a_token_expires(world: World, call: Caller) -> None:
    analyst = call("ea.analyst")
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        assert analyst.get("me/").status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer lsn_",
        "Bearer lsn_9999999999999999999_x",
        "Bearer lsn_1_\u00e4",
        "Bearer lsn_²_x",
        "Basic YTpi",
        "lsn_1_x",
    ],
)
def test_a_header_that_is_no_token_is_a_401(world: World, header: str) -> None:
    answer = Client().get(f"{API}/me/", headers={"Authorization": header})
    assert answer.status_code == 401


def test_me_tells_whom_the_token_stands_for(call: Caller) -> None:
    me = call("office.staff", read_only=True).get("me/").json()
    assert me["role"] == "office_staff"
    assert me["read_only"] is True
    assert "constituent.submit" in me["actions"]


def test_one_sees_and_revokes_ones_own_tokens_only(world: World, call: Caller) -> None:
    mine, theirs = call("office.staff"), call("office.staff2")
    assert theirs.token is not None
    assert [row["id"] for row in mine.get("tokens/").json()["results"]] == [mine.token.pk]
    assert mine.post(f"tokens/{theirs.token.pk}/revoke/").status_code == 404
    assert mine.post(f"tokens/{2**80}/revoke/").status_code == 404
    assert mine.post(f"tokens/{mine.token.pk}/revoke/").status_code == 200
    assert mine.get("me/").status_code == 401


def test_a_new_token_lives_no_longer_than_ninety_days(call: Caller) -> None:
    office = call("office.staff")
    assert office.post("tokens/", {"name": "a", "days": 91}).status_code == 400
    assert office.post("tokens/", {"name": "a", "person": 1}).status_code == 400


def test_too_many_requests_are_told_when_to_go_on(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenRateThrottle, "THROTTLE_RATES", {"token": "3/min"})
    analyst, colleague = call("ea.analyst"), call("ea.lead")
    assert [analyst.get("me/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = analyst.get("me/")
    assert int(refused["Retry-After"]) <= 60
    assert refused.json()["errors"][0]["code"] == "throttled"
    assert colleague.get("me/").status_code == 200
    cache.clear()


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("ledger/", "ea.lead"),
        ("feeds/", "ea.lead"),
        ("people/", "office.manager"),
        ("queues/", "office.manager"),
        ("policies/", "office.manager"),
        ("ticket-types/", "office.manager"),
        ("referral-contacts/", "office.manager"),
    ],
)
def test_lists_of_the_exchange_are_for_those_who_work_with_them(
    call: Caller, path: str, who: str
) -> None:
    assert call(who).get(path).status_code == 403


def test_the_document_is_for_those_who_are_known(
    world: World, client: Client, call: Caller
) -> None:
    assert call("office.staff").get("schema/", format="json").status_code == 200
    assert client.get(f"{API}/docs/").status_code == 302
    client.force_login(world.people["ea.analyst"])
    assert client.get(f"{API}/schema/?format=json").status_code == 200
    page = client.get(f"{API}/docs/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "style=" not in page.content.decode()


def test_a_token_of_another_exchange_sees_its_own_world(
    world: World, other_world: World, call: Caller
) -> None:
    lead, stranger = call("ea.lead"), call("ea.lead", of=other_world)
    for path in ("organizations/", "people/", "queues/", "tokens/"):
        mine = {row["id"] for row in lead.get(path).json()["results"]}
        theirs = {row["id"] for row in stranger.get(path).json()["results"]}
        assert mine
        assert not mine & theirs


def test_a_secret_is_not_among_what_is_kept(world: World) -> None:
    token, secret = create_api_token(
        actor=world.actor("office.staff"), membership=world.memberships["office.staff"], name="a"
    )
    assert secret not in {str(value) for value in vars(token).values()}
