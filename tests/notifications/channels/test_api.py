"""Channels, webhooks and the state of sending, as programs ask for them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.test import override_settings

from notifications.channels.hooks import Webhook
from portal.casework.models import OutboxMessage
from tests.api.conftest import Caller, call  # noqa: F401
from tests.notifications.ground import forget_messages, message
from tests.world import NOW, World


def test_a_monitor_asks_whether_sending_is_well_and_only_operators_are_answered(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    forget_messages(world)
    operator = call("admin")
    assert operator.get("outbox/").json()["is_well"] is True
    world.enter()
    message(world, "outbox.parked")
    OutboxMessage.objects.update(next_attempt_at=NOW - timedelta(minutes=11))
    found = operator.get("outbox/").json()
    assert (found["is_well"], found["late"], found["stuck"]) == (False, 1, 0)
    [line] = found["lines"]
    assert (line["lane"], line["key"], line["waiting"]) == ("message", "outbox.parked", 1)
    assert call("ea.lead").get("outbox/").status_code == 403


def test_webhooks_are_listed_to_their_keepers_without_a_secret(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    world.enter()
    webhook = Webhook.objects.create(
        exchange=world.exchange,
        organization=world.organizations["assembly-13"],
        url="https://hooks.example/in",
        groups=["answers"],
        secret="sealed-canary",
    )
    answer = call("office.manager").get("webhooks/")
    assert [row["id"] for row in answer.json()["results"]] == [webhook.pk]
    assert "sealed-canary" not in answer.content.decode()
    assert call("agency.manager").get("webhooks/").json()["results"] == []
    assert call("office.manager").get("webhook-deliveries/").json()["results"] == []
    assert call("office.staff").get("webhooks/").status_code == 403


def test_everybody_reads_how_they_are_told(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    rows = call("office.staff").get("channels/").json()
    fixed = {(row["group"], row["channel"]) for row in rows if row["is_fixed"]}
    assert ("security", "mail") in fixed


def test_without_a_cache_programs_are_answered_and_not_counted(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    program = call("office.staff")
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    with override_settings(CACHES={"default": away}):
        assert program.get("channels/").status_code == 200
