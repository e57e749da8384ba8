"""Webhooks against a server of the test's own: signed, tried again, given up, switched off."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from notifications.channels import calling, registering, webhooks
from notifications.channels.hooks import Webhook, WebhookAttempt, WebhookDelivery
from notifications.drain import drain_outbox
from notifications.models import Bell
from portal.casework.machine import Refused
from portal.tenancy.actor import NotAllowed
from tests.notifications.ground import CANARY_TEXTS, case_of_office, forget_messages, message
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

URL = "https://hooks.example/in"


def _public(host: str, port: int) -> list[str]:
    return ["93.184.216.34"]


class Receiver:
    """A program that keeps what it gets; ``status`` says what it answers."""

    def __init__(self) -> None:
        self.status, self.answer = 204, b""
        self.location = ""
        #: Sends a byte now and then, and no line.
        self.drips = False
        self.stop = threading.Event()
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.port = 0

    def connect(self, host: str, port: int, number: str) -> http.client.HTTPConnection:
        """Stands for the public number."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)

    def send(self, world: World, **options: Any) -> webhooks.WebhookCounts:
        options.setdefault("now", NOW)
        return webhooks.send_webhooks(
            exchange=world.exchange, connector=self.connect, resolver=_public, **options
        )


@contextmanager
def _served() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            receiver.got.append((dict(self.headers), self.rfile.read(length)))
            if receiver.drips:
                with suppress(OSError):
                    for _ in range(200):
                        self.wfile.write(b"H")
                        receiver.stop.wait(0.05)
                return
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            if receiver.answer:
                self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with _served() as found:
        yield found


def _register(world: World, key: str = "office.manager", *groups: str) -> tuple[Webhook, str]:
    return registering.register_webhook(
        actor=world.actor(key), url=URL, groups=groups or ["answers"], resolver=_public
    )


def _told(world: World) -> WebhookDelivery:
    """An update of the office's case, with an event for its webhook."""
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.updated", case)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    found: WebhookDelivery = WebhookDelivery.objects.get(key="constituent.updated")
    return found


def test_an_event_says_number_status_and_link_and_bears_a_signature(
    world: World, receiver: Receiver
) -> None:
    _, secret = _register(world)
    delivery = _told(world)
    assert receiver.send(world).called == 1
    headers, body = receiver.got[0]
    content = json.loads(body)
    assert set(content) == {"id", "event", "group", "exchange", "created_at", "case"}
    assert set(content["case"]) == {"number", "status", "link"}
    assert content["case"]["number"] == delivery.case.number
    for canary in CANARY_TEXTS:
        assert canary not in body.decode()
    signed = f"{headers['Liaison-Timestamp']}.".encode() + body
    expected = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Liaison-Signature"] == expected
    assert headers["Liaison-Timestamp"] == str(int(NOW.timestamp()))


def test_the_secret_is_shown_once_and_both_sign_for_a_day_when_it_is_renewed(
    world: World, client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.channels.addresses.lookup", _public)
    client.force_login(world.people["office.manager"])
    shown = client.post("/webhooks/", {"url": URL, "groups": ["answers"]})
    world.enter()
    webhook = Webhook.objects.get()
    assert webhook.secret in shown.content.decode()
    assert webhook.secret not in client.get("/webhooks/").content.decode()
    renewed = client.post(f"/webhooks/{webhook.pk}/secret/").content.decode()
    world.enter()
    former, webhook = webhook.secret, Webhook.objects.get()
    assert webhook.secret in renewed
    assert former not in renewed
    assert webhooks.secrets_of(webhook, NOW) == [webhook.secret, former]
    assert webhooks.secrets_of(webhook, NOW + timedelta(hours=24)) == [webhook.secret]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_anything_but_2xx_is_tried_again_later_and_redirects_are_not_followed(
    world: World, receiver: Receiver, status: int
) -> None:
    _register(world)
    delivery = _told(world)
    receiver.status, receiver.location = status, f"http://127.0.0.1:{receiver.port}/inside"
    assert receiver.send(world).calls_later == 1
    assert len(receiver.got) == 1
    world.enter()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.next_attempt_at > NOW
    assert WebhookAttempt.objects.get().status == status


def test_a_delivery_is_given_up_after_its_last_attempt_and_can_be_sent_again(
    world: World, receiver: Receiver
) -> None:
    _register(world)
    delivery = _told(world)
    receiver.status = 503
    now = NOW
    for _ in range(webhooks.MAX_ATTEMPTS):
        receiver.send(world, now=now)
        now += webhooks.LONGEST_PAUSE + timedelta(minutes=1)
    world.enter()
    delivery.refresh_from_db()
    assert (delivery.state, len(receiver.got)) == ("failed", webhooks.MAX_ATTEMPTS)
    assert {headers["Liaison-Delivery"] for headers, _ in receiver.got} == {str(delivery.pk)}
    receiver.status = 200
    registering.send_again(actor=world.actor("office.manager"), delivery=delivery)
    assert receiver.send(world, now=now).called == 1
    world.enter()
    assert Webhook.objects.get().failing_since is None


def test_an_address_nobody_answers_at_for_days_is_switched_off_and_its_keepers_are_told(
    world: World, receiver: Receiver
) -> None:
    webhook, _ = _register(world)
    _told(world)
    webhook.failing_since = NOW - webhooks.DISABLE_AFTER
    webhook.save()
    receiver.status = 500
    receiver.send(world)
    drain_outbox(exchange=world.exchange, now=NOW + timedelta(minutes=1))
    world.enter()
    webhook.refresh_from_db()
    assert not webhook.is_active
    rung = Bell.objects.filter(key="webhook.disabled").values_list("person", flat=True)
    assert list(rung) == [world.people["office.manager"].pk]
    assert receiver.send(world, now=NOW + timedelta(days=1)).as_dict()["called"] == 0
    registering.change_webhook(
        actor=world.actor("office.manager"), webhook=webhook, groups=["answers"], is_active=True
    )
    world.enter()
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_of_an_answer_no_more_than_its_beginning_is_kept(world: World, receiver: Receiver) -> None:
    _register(world)
    _told(world)
    receiver.status, receiver.answer = 500, b"a\x00\xff" * 50_000
    receiver.send(world)
    world.enter()
    kept = WebhookAttempt.objects.get()
    assert 0 < len(kept.answer) <= 1_000


def test_a_dead_server_is_a_failed_attempt_and_no_error(world: World) -> None:
    _register(world)
    _told(world)
    with _served() as gone:
        pass
    assert gone.send(world).calls_later == 1
    world.enter()
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.error) == (None, "ConnectionRefusedError")


@pytest.mark.parametrize("loss", ["handed over", "switched off", "module off", "group off"])
def test_what_the_owner_may_not_know_any_more_is_not_sent(
    world: World, receiver: Receiver, loss: str
) -> None:
    webhook, _ = _register(world)
    delivery = _told(world)
    match loss:
        case "handed over":
            type(delivery.case).objects.filter(pk=delivery.case_id).update(
                organization=world.organizations["senate-07"]
            )
        case "switched off":
            organization = world.organizations["assembly-13"]
            type(organization).objects.filter(pk=organization.pk).update(is_active=False)
        case "module off":
            kinds = [key for key in world.exchange.modules if key != "constituent"]
            type(world.exchange).objects.filter(pk=world.exchange.pk).update(modules=kinds)
        case _:
            Webhook.objects.filter(pk=webhook.pk).update(groups=["releases"])
    assert receiver.send(world).calls_withheld == 1
    assert not receiver.got


def test_messages_to_the_exchanges_own_staff_reach_only_the_exchanges_webhooks(
    world: World,
) -> None:
    _register(world, "office.manager", "answers", "work")
    ours, _ = _register(world, "admin", "answers", "work")
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.office_replied", case)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert list(WebhookDelivery.objects.values_list("webhook", flat=True)) == [ours.pk]


def test_nobody_sees_or_touches_another_organizations_webhook(world: World, client: Client) -> None:
    webhook, _ = _register(world)
    delivery = _told(world)
    client.force_login(world.people["agency.manager"])
    for path in (f"{webhook.pk}/", f"{webhook.pk}/remove/", f"events/{delivery.pk}/"):
        assert client.get(f"/webhooks/{path}").status_code == 404
    manager = world.actor("agency.manager")
    with pytest.raises(Webhook.DoesNotExist):
        registering.renew_secret(actor=manager, webhook=webhook)
    with pytest.raises(WebhookDelivery.DoesNotExist):
        registering.send_again(actor=manager, delivery=delivery)
    with pytest.raises(NotAllowed):
        _register(world, "office.staff")


def test_an_inner_name_an_unknown_one_and_a_second_registration_are_refused(world: World) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError

    for resolver in (lambda *_: ["10.0.0.1"], unknown):
        with pytest.raises(ValidationError):
            registering.register_webhook(
                actor=world.actor("admin"), url=URL, groups=["work"], resolver=resolver
            )
    _register(world)
    with pytest.raises(ValidationError):
        _register(world)
    with pytest.raises(ValidationError):
        _register(world, "admin", "security")


def test_what_still_waits_cannot_be_sent_again(world: World) -> None:
    _register(world)
    delivery = _told(world)
    with pytest.raises(Refused):
        registering.send_again(actor=world.actor("office.manager"), delivery=delivery)


def test_the_pages_show_the_log_with_status_and_time(
    world: World, client: Client, receiver: Receiver
) -> None:
    webhook, _ = _register(world)
    delivery = _told(world)
    receiver.status, receiver.answer = 500, b"out of order"
    receiver.send(world)
    client.force_login(world.people["office.manager"])
    log = client.get(f"/webhooks/{webhook.pk}/").content.decode()
    assert delivery.case.number in log
    page = client.get(f"/webhooks/events/{delivery.pk}/").content.decode()
    assert "HTTP 500" in page
    assert "out of order" in page


def test_old_deliveries_are_forgotten(world: World, receiver: Receiver) -> None:
    _register(world)
    _told(world)
    receiver.send(world)
    later = NOW + timedelta(days=webhooks.KEEP_DAYS, minutes=1)
    with time_machine.travel(later, tick=False):
        assert webhooks.forget_deliveries(exchange=world.exchange, now=later) == 1


def test_when_nobody_is_there_the_other_events_wait_a_minute_too(world: World) -> None:
    _register(world)
    case = case_of_office(world)
    forget_messages(world)
    for _ in range(3):
        message(world, "constituent.updated", case)
    drain_outbox(exchange=world.exchange, now=NOW)
    with _served() as gone:
        pass
    gone.send(world)
    world.enter()
    assert WebhookAttempt.objects.count() == 1
    assert not WebhookDelivery.objects.filter(next_attempt_at__lte=NOW).exists()


def test_who_drips_an_answer_holds_no_worker(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(world)
    _told(world)
    monkeypatch.setattr(calling, "PATIENCE", 0.3)
    receiver.drips = True
    assert receiver.send(world).calls_later == 1
    world.enter()
    assert WebhookAttempt.objects.get().milliseconds < 5_000
