"""The wizard through the browser, the lists, the case's page, the API and the administration."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.casework.drafts import drafts_of
from portal.casework.models import Attachment, Case
from portal.help_requests import satisfaction, services, wizard
from portal.help_requests.models import HelpRequest, HelpTopic, Rating
from portal.help_requests.table import KIND
from portal.tenancy.services import create_api_token
from tests.help_requests.conftest import CONSUMER, PROFILE, Desk

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cf"
    "c0000003010100c9fe92ef0000000049454e44ae426082"
)
SSN = "123-45-6789"


def step(name: str, public_id: uuid.UUID) -> str:
    return reverse(f"help_requests:{name}", args=[public_id])


def typed(**more: str) -> dict[str, str]:
    return {"subject": "Cannot sign", "description": "The page stays empty.", **more}


def begin(client: Client) -> uuid.UUID:
    """Follow “Submit a help request” to step 1."""
    response = client.get(reverse("help_requests:new"))
    assert response.status_code == 302
    return uuid.UUID(response.url.split("/")[3])


def test_hr_04_hr_07_the_wizard_has_three_steps_and_a_review_before_submission(
    desk: Desk,
) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    page = client.get(step("topic", public_id)).content.decode()
    assert "Consumer Case/Application Issue" in page
    assert "Agency/Entity or Enroller Profile Issue" in page
    assert "Answered by the Agent/CEC Service Center." in page
    response = client.post(step("topic", public_id), {"topic": CONSUMER})
    assert response.url == step("details", public_id)
    response = client.post(step("details", public_id), typed(text="bauti", search="1"), follow=True)
    page = response.content.decode()
    assert "Tala Bautista" in page
    assert "Danilo Macaraeg" not in page
    consumer = str(desk.consumer().pk)
    response = client.post(step("details", public_id), typed(text="bauti", consumer=consumer))
    assert response.url == step("review", public_id)
    page = client.get(response.url).content.decode()
    assert "The page stays empty." in page
    assert "Tala Bautista" in page
    assert not Case.objects.filter(kind=KIND).exists()
    response = client.post(step("review", public_id), {"submit": "1"}, follow=True)
    desk.world.enter()
    case = Case.objects.get(kind=KIND)
    page = response.content.decode()
    assert case.number in page
    assert "within 2 business days" in page
    assert HelpRequest.objects.get(case=case).consumer == desk.consumer()
    assert not drafts_of(actor=desk.actor("agent"), form=wizard.FORM).exists()


def test_hr_05_files_are_added_at_the_review_and_opened_by_both_sides(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": PROFILE})
    client.post(step("details", public_id), typed())
    file = SimpleUploadedFile("letter.png", PNG, "image/png")
    response = client.post(step("review", public_id), {"uploads": file, "add": "1"}, follow=True)
    assert "letter" in response.content.decode()
    client.post(step("review", public_id), {"submit": "1"})
    desk.world.enter()
    attachment = Attachment.objects.get(case__kind=KIND)
    address = reverse("casework:file", args=[attachment.case.number, attachment.document.public_id])
    for who, expected in (("agent", 200), ("agency.manager", 200), ("contracts", 200)):
        assert desk.client(who).get(address).status_code == expected, who
    for who in ("agent2b", "harbor.agent"):
        assert desk.client(who).get(address).status_code == 404, who


def test_a_draft_is_kept_between_sessions_and_is_its_writers_alone(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": PROFILE})
    client.post(step("details", public_id), typed(save="1"))
    page = desk.client("agent").get(reverse("help_requests:home")).content.decode()
    assert "Continue a draft" in page
    assert "Cannot sign" in page
    details = desk.client("agent").get(step("details", public_id)).content.decode()
    assert "The page stays empty." in details
    others = desk.client("agency.manager")
    assert "Cannot sign" not in others.get(reverse("help_requests:home")).content.decode()
    assert others.get(step("review", public_id)).status_code == 404
    assert others.post(step("topic", public_id), {"topic": PROFILE}).status_code == 404


def test_submitting_twice_makes_one_request(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": PROFILE})
    client.post(step("details", public_id), typed())
    first = client.post(step("review", public_id), {"submit": "1"})
    second = client.post(step("review", public_id), {"submit": "1"})
    assert first.url == second.url
    desk.world.enter()
    assert Case.objects.filter(kind=KIND).count() == 1


def test_a_step_that_is_not_complete_is_shown_again(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    assert client.post(step("topic", public_id), {}).status_code == 422
    assert client.get(step("details", public_id)).url == step("topic", public_id)
    client.post(step("topic", public_id), {"topic": CONSUMER})
    response = client.post(step("details", public_id), typed())
    assert response.status_code == 422
    assert "Search for the consumer" in response.content.decode()
    assert client.get(step("review", public_id)).url == step("details", public_id)


@pytest.mark.parametrize("field", ["subject", "description", "text"])
def test_the_wizard_refuses_a_social_security_number_and_repeats_none(
    desk: Desk, field: str
) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": CONSUMER})
    response = client.post(step("details", public_id), typed(**{field: f"It is {SSN}"}))
    assert response.status_code == 422
    assert SSN not in response.content.decode()
    assert SSN not in client.get(step("details", public_id)).content.decode()


def test_a_consumer_of_somebody_else_cannot_be_smuggled_in(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": CONSUMER})
    foreign = str(desk.consumer("Ligaya Navarro").pk)
    response = client.post(step("details", public_id), typed(consumer=foreign))
    assert response.status_code == 422
    assert "Ligaya" not in response.content.decode()


def test_a_delegation_lost_before_submission_stops_it_in_words(desk: Desk) -> None:
    client = desk.client("agent")
    public_id = begin(client)
    client.post(step("topic", public_id), {"topic": CONSUMER})
    client.post(step("details", public_id), typed(consumer=str(desk.consumer().pk)))
    desk.lose()
    response = client.post(step("review", public_id), {"submit": "1"}, follow=True)
    assert response.redirect_chain[0][0] == step("details", public_id)
    assert "Tala" not in response.content.decode()
    desk.world.enter()
    assert not Case.objects.filter(kind=KIND).exists()


def test_admin_staff_are_offered_the_profile_category_alone(desk: Desk) -> None:
    client = desk.client("admin2")
    public_id = begin(client)
    page = client.get(step("topic", public_id)).content.decode()
    assert "Consumer Case/Application Issue" not in page
    assert client.post(step("topic", public_id), {"topic": CONSUMER}).status_code == 422


def test_hr_06_the_list_has_open_cases_and_history(desk: Desk) -> None:
    opened, past = desk.waiting(desk.submit()), desk.closed(desk.submit())
    client = desk.client("agent")
    page = client.get(reverse("help_requests:home")).content.decode()
    assert "Open Cases" in page
    assert "The team needs something from you" in page
    assert opened.number in page
    assert past.number not in page
    page = client.get(reverse("help_requests:home"), {"view": "history"}).content.decode()
    assert past.number in page
    assert opened.number not in page


def test_the_enroller_replies_on_the_page_with_a_file(desk: Desk) -> None:
    case = desk.waiting(desk.submit())
    client = desk.client("agent")
    page = client.get(reverse("casework:case", args=[case.number])).content.decode()
    assert "What we need from you" in page
    assert "On which day was it signed?" in page
    file = SimpleUploadedFile("page.png", PNG, "image/png")
    address = reverse("casework:act", args=[case.number, "enroller_replied"])
    response = client.post(address, {"body": "On Monday.", "uploads": file})
    assert response.status_code == 302
    desk.world.enter()
    case.refresh_from_db()
    assert case.status == "in_progress"
    assert Attachment.objects.filter(case=case).count() == 1


def test_the_page_of_a_closed_request_asks_one_question(desk: Desk) -> None:
    case = desk.closed(desk.submit())
    client = desk.client("agent")
    address = reverse("casework:case", args=[case.number])
    assert "How did we do?" in client.get(address).content.decode()
    response = client.post(
        reverse("casework:act", args=[case.number, "rate"]), {"score": "5", "comment": ""}
    )
    assert response.status_code == 302
    desk.world.enter()
    assert Rating.objects.get(case=case).score == 5
    assert "How did we do?" not in client.get(address).content.decode()
    assert "How did we do?" not in desk.client("agency.manager").get(address).content.decode()


def test_reopening_too_late_is_refused_in_words_on_the_page(desk: Desk) -> None:
    case = desk.closed(desk.submit())
    HelpRequest.objects.filter(case=case).update(reopen_until=None)
    address = reverse("casework:act", args=[case.number, "reopen"])
    response = desk.client("agent").post(address, {"reason": "Still empty."})
    assert response.status_code == 409
    assert "within five business days" in response.content.decode()


def test_the_team_works_a_request_on_its_page(desk: Desk) -> None:
    case = desk.submit()
    client = desk.client("scr")
    page = client.get(reverse("casework:case", args=[case.number])).content.decode()
    assert "Start work" in page
    client.post(reverse("casework:act", args=[case.number, "start"]), {})
    for key in ("ask_enroller", "answer_enroller", "reroute", "escalate", "resolve"):
        assert client.get(reverse("casework:act", args=[case.number, key])).status_code == 200
    desk.world.enter()
    assert Case.objects.get(pk=case.pk).status == "in_progress"


def test_the_figures_show_the_share_against_the_target(desk: Desk) -> None:
    case = desk.closed(desk.submit())
    satisfaction.rate(case=case, actor=desk.actor("agent"), score=4)
    page = desk.client("scr").get(reverse("help_requests:figures")).content.decode()
    assert "100% of 1 answer" in page
    assert "On target" in page
    assert desk.client("agent").get(reverse("help_requests:figures")).status_code == 403


def test_the_home_page_has_ones_open_requests(desk: Desk) -> None:
    case = desk.submit()
    assert case.number in desk.client("agent").get(reverse("home")).content.decode()


def test_where_an_exchange_has_no_help_requests_there_are_no_pages(desk: Desk) -> None:
    exchange = desk.world.exchange
    exchange.modules = [key for key in exchange.modules if key != KIND]
    exchange.save()
    for name in ("home", "new"):
        assert desk.client("agent").get(reverse(f"help_requests:{name}")).status_code == 404


class Caller:
    """A program with a token of one person."""

    def __init__(self, desk: Desk, who: str) -> None:
        cache.clear()
        _, secret = create_api_token(
            actor=desk.actor(who), membership=desk.world.memberships[who], name="mine"
        )
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> Any:
        return Client().get(path, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return Client().post(
            path,
            json.dumps(body),
            content_type="application/json",
            headers=self.headers | {"Idempotency-Key": str(uuid.uuid4())},
        )


def test_the_api_submits_lists_and_replies(desk: Desk) -> None:
    caller = Caller(desk, "agent")
    address = reverse("api:help-requests")
    body = {**typed(), "topic": CONSUMER, "consumer_case_number": desk.consumer().case_number}
    answer = caller.post(address, body)
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    assert [row["number"] for row in caller.get(address).json()["results"]] == [number]
    assert caller.get(reverse("api:help-topics")).json()[0]["category"]
    answer = caller.post(f"/api/v1/cases/{number}/acts/enroller_wrote/", {"body": "It is urgent."})
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer_case_number": "5000000003"},
        {"consumer_case_number": ""},
        {"topic": "no-such-topic"},
        {"description": f"It is {SSN}"},
        {"subject": "x" * 121},
    ],
)
def test_the_api_refuses_what_the_page_refuses(desk: Desk, wrong: dict[str, str]) -> None:
    case_number = desk.consumer().case_number
    body = {**typed(), "topic": CONSUMER, "consumer_case_number": case_number} | wrong
    answer = Caller(desk, "agent").post(reverse("api:help-requests"), body)
    assert answer.status_code == 400
    assert SSN not in answer.content.decode()


def test_an_administrator_changes_a_topic_and_the_change_is_recorded(desk: Desk) -> None:
    topic = desk.topic(PROFILE)
    address = reverse("admin:help_requests_helptopic_change", args=[topic.pk])
    response = desk.client("admin").post(
        address,
        {"label": "Contact details", "who_answers": "Our staff.", "position": 1, "is_active": "on"},
    )
    assert response.status_code == 302
    desk.world.enter()
    assert HelpTopic.objects.get(pk=topic.pk).label == "Contact details"


def test_an_escalated_request_shows_its_enroller_the_tickets_number(desk: Desk) -> None:
    case = desk.started(desk.submit())
    services.escalate(case=case, actor=desk.actor("scr"), summary="A data fix is needed.")
    ticket = services.tickets_of(case)[0]
    page = desk.client("agent").get(reverse("casework:case", args=[case.number])).content.decode()
    assert ticket.number in page
    assert "A data fix is needed." not in page
