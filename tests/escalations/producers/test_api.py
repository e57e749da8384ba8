"""The producers' part of the API, and their configuration on the administration site."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from escalations.producers.models import EscalationType, HelpContact
from portal.casework.models import Case
from portal.tenancy.services import create_api_token
from tests.escalations.producers.conftest import Maryland

URL = "/api/v1/producer-escalations/"
ESCALATION = {
    "escalation_type": "consumer-enrollment",
    "person_ids": ["174097"],
    "description": "No card has come.",
    "verified": True,
}


class Caller:
    """A program with a token of one person."""

    def __init__(self, world: Maryland, who: str) -> None:
        cache.clear()
        _, secret = create_api_token(
            actor=world.actor(who), membership=world.memberships[who], name="mine"
        )
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str = URL) -> Any:
        return Client().get(path, headers=self.headers)

    def post(self, body: Any, path: str = URL) -> Any:
        return Client().post(
            path,
            json.dumps(body),
            content_type="application/json",
            headers=self.headers | {"Idempotency-Key": str(uuid.uuid4())},
        )


@pytest.fixture
def producer(maryland: Maryland) -> Caller:
    return Caller(maryland, "producer")


def test_md17_an_escalation_through_the_api_answers_its_incident_number(
    maryland: Maryland, producer: Caller
) -> None:
    answer = producer.post(ESCALATION)
    assert answer.status_code == 201, answer.content
    maryland.enter()
    assert answer.json()["number"] == Case.objects.get().number
    listed = producer.get().json()["results"]
    assert [row["number"] for row in listed] == [answer.json()["number"]]
    assert Caller(maryland, "other.producer").get().json()["results"] == []


def test_md03_an_open_one_is_refused_with_its_number(maryland: Maryland, producer: Caller) -> None:
    number = producer.post(ESCALATION).json()["number"]
    refused = producer.post(ESCALATION)
    assert refused.status_code == 409
    assert number in refused.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person_ids": ["174200"]}, "person_ids"),
        ({"person_ids": [""]}, "person_ids"),
        ({"escalation_type": "nothing"}, "escalation_type"),
        ({"description": "SSN 219-09-9998"}, "description"),
        ({"verified": False}, "verified"),
        ({"escalation_type": "commission", "person_ids": []}, "consumers"),
    ],
)
def test_bad_input_is_answered_with_the_field(
    maryland: Maryland, producer: Caller, changed: dict[str, Any], field: str
) -> None:
    refused = producer.post(ESCALATION | changed)
    assert refused.status_code == 400
    assert field in {error["attr"].split(".")[0] for error in refused.json()["errors"]}
    maryland.enter()
    assert not Case.objects.exists()


def test_md12_a_reply_through_the_api_is_screened_like_any_other(
    maryland: Maryland, producer: Caller
) -> None:
    number = producer.post(ESCALATION).json()["number"]
    reply = f"{URL}{number}/reply/"
    clean = producer.post({"body": "Any news?"}, reply).json()
    assert clean == {"number": number, "is_held": False, "found": []}
    held = producer.post({"body": "Tala asks."}, reply).json()
    assert (held["is_held"], held["found"]) == (True, ["name"])
    assert Caller(maryland, "other.producer").post({"body": "Hm?"}, reply).status_code == 404
    assert Caller(maryland, "ect").post({"body": "Hm?"}, reply).status_code == 403


def test_md18_types_and_contacts_are_edited_on_the_administration_site(
    maryland: Maryland,
) -> None:
    browser = maryland.client("admin")
    row = EscalationType.objects.get(ticket_type__key="termination")
    page = f"/admin/producers/escalationtype/{row.pk}/change/"
    assert browser.post(page, {"mail_label": "Ended"}).status_code == 302
    maryland.enter()
    row.refresh_from_db()
    assert row.mail_label == "Ended"
    refused = browser.post(page, {"mail_label": "{number}"})
    assert "without braces" in refused.content.decode()
    added = browser.post(
        "/admin/producers/helpcontact/add/",
        {
            "position": "1",
            "name": "Training",
            "helps_with": "Training.",
            "topics": "",
            "email": "training@mhc.example",
        },
    )
    assert added.status_code == 302
    maryland.enter()
    assert HelpContact.objects.get().email == "training@mhc.example"
    assert maryland.client("pot").get(page).status_code in (302, 403, 404)
