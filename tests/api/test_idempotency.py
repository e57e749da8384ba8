"""A POST sent twice acts once (Idempotency-Key)."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction

from portal.api.idempotency import forget_old_answers
from portal.api.models import IdempotentAnswer
from portal.casework.models import Case
from portal.tenancy.models import ApiToken
from portal.tenancy.scope import use_exchange
from portal.tenancy.services import create_api_token
from tests.api.conftest import Api, Caller
from tests.world import NOW, World, build_world

BODY = {"description": "Coverage ended without notice.", "constituent_name": "Rosa Quintero"}


def test_the_same_request_with_the_same_key_is_answered_alike_and_acts_once(
    world: World, call: Caller
) -> None:
    office = call("office.staff")
    first = office.post("constituent-cases/", BODY, key="one")
    again = office.post("constituent-cases/", dict(reversed(BODY.items())), key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Case.objects.count() == 1


def test_the_same_key_with_another_body_or_address_is_a_422(world: World, call: Caller) -> None:
    office = call("office.staff")
    number = office.post("constituent-cases/", BODY, key="one").json()["number"]
    other = office.post("constituent-cases/", BODY | {"phone": "916-555-0142"}, key="one")
    assert other.status_code == 422
    assert other.json()["errors"][0]["code"] == "idempotency_key_reused"
    assert office.post(f"cases/{number}/replies/", BODY, key="one").status_code == 422
    assert Case.objects.count() == 1


def test_a_request_that_failed_leaves_nothing_and_may_be_sent_again(
    world: World, call: Caller
) -> None:
    office = call("office.staff")
    assert office.post("constituent-cases/", {"phone": "1"}, key="one").status_code == 400
    assert not IdempotentAnswer.objects.exists()
    assert office.post("constituent-cases/", BODY, key="one").status_code == 201


def test_one_persons_key_is_not_anothers(world: World, call: Caller) -> None:
    for who in ("office.staff", "office.staff2", "other.office"):
        assert call(who).post("constituent-cases/", BODY, key="one").status_code == 201
    world.enter()
    assert Case.objects.count() == 3


def test_an_address_that_creates_requires_a_key_and_says_so(world: World, call: Caller) -> None:
    answer = call("office.staff").post("constituent-cases/", BODY, key="")
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["attr"], error["code"]) == ("Idempotency-Key", "required")
    assert "header" in error["detail"]


@pytest.mark.parametrize("key", [" ", "a b", "ä", "x" * 81, "a\tb"])
def test_a_key_is_visible_ascii_of_at_most_80(call: Caller, key: str) -> None:
    answer = call("office.staff").post("constituent-cases/", BODY, key=key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "Idempotency-Key"


def test_answers_are_forgotten_after_a_day(world: World, call: Caller) -> None:
    office = call("office.staff")
    office.post("constituent-cases/", BODY, key="one")
    with time_machine.travel(NOW + timedelta(hours=24, seconds=1), tick=False):
        assert office.post("constituent-cases/", BODY, key="one").status_code == 201
        world.enter()
        assert Case.objects.count() == 2
    with time_machine.travel(NOW + timedelta(hours=49), tick=False):
        assert forget_old_answers() == 1


def test_the_secret_of_a_token_is_not_kept(world: World, call: Caller) -> None:
    office = call("office.staff")
    first = office.post("tokens/", {"name": "Nightly job"}, key="one").json()
    again = office.post("tokens/", {"name": "Nightly job"}, key="one").json()
    assert first["secret"].startswith("lsn_")
    assert again == first | {"secret": None}
    assert ApiToken.objects.filter(name="Nightly job").count() == 1


def test_answers_lie_encrypted_in_the_database(world: World, call: Caller) -> None:
    number = call("office.staff").post("constituent-cases/", BODY, key="one").json()["number"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM api_idempotentanswer")
        assert number not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_act_once() -> None:
    with transaction.atomic():
        world = build_world()
        _, secret = create_api_token(
            actor=world.actor("office.staff"),
            membership=world.memberships["office.staff"],
            name="test",
        )
    answers = []
    barrier = threading.Barrier(10)

    def send() -> None:
        try:
            barrier.wait()
            answers.append(Api(secret).post("constituent-cases/", BODY, key="one"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [answer.status_code for answer in answers]
    assert len(codes) == 10
    assert set(codes) <= {201, 409}
    made = [a for a in answers if a.status_code == 201 and "Idempotent-Replayed" not in a]
    assert len(made) == 1
    assert len({a.content for a in answers if a.status_code == 201}) == 1
    with use_exchange(world.exchange):
        assert Case.objects.count() == 1
