"""Texts to the consumer: where they go, what is kept of them, and the gateway (DL-04)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from notifications import texts
from notifications.mail_rows import EMPTIED
from notifications.models import MailMessage
from notifications.smtp import Outcome
from portal.casework.models import OutboxMessage
from portal.delegations import tool
from portal.delegations.models import ToolSearch
from tests.delegations.ground import FROZEN, consumer_of, deliver, passcode_of, sent
from tests.world import World


def test_the_passcode_goes_by_text_and_only_its_hash_stays_DL_04(world: World) -> None:
    consumer_of(world)
    found = sent(world.actor("agent"))
    code = passcode_of(found)
    [text] = deliver(world)
    assert (text.state, text.to, text.last_error) == ("sent", "…42", texts.KEPT_HERE)
    assert text.body == EMPTIED
    found.refresh_from_db()
    assert found.sealed_passcode == ""
    assert code not in json.dumps(list(OutboxMessage.objects.values_list("data", flat=True)))


def test_a_demonstration_shows_everybody_the_text_with_the_passcode(world: World) -> None:
    world.exchange.is_demo = True
    world.exchange.save()
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    code = passcode_of(found)
    [text] = deliver(world)
    assert code in text.body
    assert "replies are not read" not in text.body
    assert MailMessage.objects.visible_to(world.actor("agent")).get() == text


def test_outside_of_a_demonstration_only_operators_see_texts(world: World) -> None:
    consumer_of(world)
    sent(world.actor("agent"))
    deliver(world)
    assert not MailMessage.objects.visible_to(world.actor("agent")).exists()
    assert MailMessage.objects.visible_to(world.actor("admin")).exists()


def test_no_text_goes_to_a_number_that_is_not_on_file(world: World) -> None:
    consumer_of(world)
    sent(world.actor("agent"), phone="916-555-0199")
    assert deliver(world) == []
    assert OutboxMessage.objects.get(key="delegation.passcode").state == "dropped"


def test_an_expired_passcode_is_not_sent_any_more(world: World) -> None:
    consumer_of(world)
    found = sent(world.actor("agent"))
    assert deliver(world, FROZEN + timedelta(minutes=10)) == []
    assert ToolSearch.objects.get(pk=found.pk).step == "passcode_sent"


def test_the_consumer_is_told_of_the_delegation_by_text_C_7a_5(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    tool.check_passcode(actor=agent, search=found, passcode=passcode_of(found))
    rows = deliver(world)
    assert [row.key for row in rows] == ["delegation.confirmed"]
    assert agent.person is not None
    assert agent.person.full_name not in rows[0].body
    assert ToolSearch.objects.get(pk=found.pk).text_to == "", "the number is forgotten"


class Gateway(BaseHTTPRequestHandler):
    """Keeps what was posted, and answers with the status it was given."""

    status = 202
    seen: list[tuple[dict[str, str], dict[str, str]]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.seen.append((dict(self.headers), json.loads(self.rfile.read(length))))
        if self.status:
            self.send_response(self.status)
            self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway(settings) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TEXT_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/texts"
    settings.TEXT_GATEWAY_TOKEN = "a-token"
    Gateway.seen, Gateway.status = [], 202
    yield Gateway
    server.shutdown()
    server.server_close()


def test_a_text_is_posted_to_the_configured_gateway(world: World, gateway: type[Gateway]) -> None:
    consumer_of(world)
    code = passcode_of(sent(world.actor("agent")))
    [text] = deliver(world)
    assert text.state == "sent"
    [(headers, body)] = gateway.seen
    assert (headers["Authorization"], body["to"]) == ("Bearer a-token", "+19165550142")
    assert headers["Idempotency-Key"] == text.rfc_message_id
    assert code in body["body"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.ACCEPTED),
        (400, Outcome.REFUSED),
        (429, Outcome.LATER),
        (503, Outcome.LATER),
        (0, Outcome.UNKNOWN),
    ],
)
def test_what_the_gateway_answers_decides_what_becomes_of_a_text(
    gateway: type[Gateway], status: int, outcome: Outcome
) -> None:
    gateway.status = status
    delivery = texts.deliver(
        to="9165550142", body="Hello.", unique="one", before_content=lambda: True
    )
    assert delivery.outcome == outcome
    assert "9165550142" not in delivery.detail


def test_a_gateway_out_of_reach_is_tried_again_and_one_taken_over_is_left(settings) -> None:
    settings.TEXT_GATEWAY_URL = "http://127.0.0.1:1/texts"
    asked: list[bool] = []
    delivery = texts.deliver(
        to="9165550142", body="Hi.", unique="one", before_content=lambda: asked.append(True) or True
    )
    assert (delivery.outcome, asked) == (Outcome.LATER, [])
