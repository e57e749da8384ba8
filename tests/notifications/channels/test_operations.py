"""The operators' page: what waits, what is stuck and why, and trying it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notifications import operations
from notifications.catalogue import all_kinds
from notifications.channels.hooks import Webhook, WebhookDelivery
from notifications.models import MailMessage
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import NotAllowed
from tests.notifications.ground import case_of_office, forget_messages, message
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(world: World) -> World:
    """One parked message, one failed mail, one parked text, one call given up, one late mail."""
    case = case_of_office(world)
    forget_messages(world)
    parked = message(world, "constituent.updated", case, state="parked", last_error="KeyError")
    for number, (state, medium) in enumerate(
        [("failed", "mail"), ("parked", "text"), ("waiting", "mail")]
    ):
        MailMessage.objects.create(
            exchange=world.exchange,
            medium=medium,
            key="constituent.updated",
            to=f"{number}@inbox.example",
            subject="S",
            body="B",
            rfc_message_id=f"<{number}@x.example>",
            state=state,
            next_attempt_at=NOW - timedelta(hours=1),
            created_at=NOW - timedelta(hours=number),
            give_up_at=NOW + timedelta(days=1),
        )
    webhook = Webhook.objects.create(
        exchange=world.exchange, url="https://h.example/", groups=["answers"], secret="x"
    )
    WebhookDelivery.objects.create(
        exchange=world.exchange,
        webhook=webhook,
        message=parked,
        case=case,
        key=parked.key,
        state="failed",
        last_error="HTTP 500",
    )
    return world


def test_the_overview_counts_by_channel_and_message_in_three_statements(
    stuck: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        lines = operations.figures(stuck.exchange, NOW)
    found = {line.lane.value: (line.stuck, line.waiting, line.late) for line in lines}
    assert found == {
        "message": (1, 0, 0),
        "mail": (1, 1, 1),
        "text": (1, 0, 0),
        "webhook": (1, 0, 0),
    }
    health = operations.health_of(lines)
    assert (health.stuck, health.waiting, health.late, health.is_well) == (4, 1, 1, False)
    assert health.oldest == NOW - timedelta(hours=2)


def test_rows_come_stuck_first_and_can_be_chosen_by_channel_and_state(
    stuck: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        rows = operations.rows_of(stuck.exchange, NOW)
    assert [row.is_stuck for row in rows] == [True] * 4 + [False]
    texts = operations.rows_of(stuck.exchange, NOW, lane="text")
    assert [row.lane.value for row in texts] == ["text"]
    assert len(operations.rows_of(stuck.exchange, NOW, state="waiting")) == 1
    assert not operations.rows_of(stuck.exchange, NOW, key="sla.breach")


def test_many_are_tried_again_at_once_and_what_is_not_stuck_is_counted(
    stuck: World, client: Client
) -> None:
    rows = operations.rows_of(stuck.exchange, NOW)
    client.force_login(stuck.people["admin"])
    tokens = [row.token for row in rows] + ["mail:999999", "nothing:1", "mail:x"]
    question = client.post("/messages/send-again/", {"selected": tokens})
    assert "may then arrive twice" in question.content.decode()
    stuck.enter()
    assert OutboxMessage.objects.filter(state="parked").exists(), "only asked so far"
    chosen = question.context["form"]
    assert chosen["selected"].value() == tokens
    page = client.post(
        "/messages/send-again/", {"selected": tokens, "confirmed": "True"}, follow=True
    )
    text = page.content.decode()
    assert "4 will be tried again" in text
    assert "4 could not" in text
    stuck.enter()
    assert not OutboxMessage.objects.filter(state="parked").exists()
    assert set(MailMessage.objects.values_list("state", flat=True)) == {"waiting"}
    assert WebhookDelivery.objects.get().state == "waiting"


def test_another_exchanges_rows_are_neither_counted_nor_sent(
    stuck: World, other_world: World
) -> None:
    tokens = [row.token for row in operations.rows_of(stuck.exchange, NOW)]
    other_world.enter()
    assert not operations.figures(other_world.exchange, NOW)
    done, failed = operations.send_again_many(actor=other_world.actor("admin"), tokens=tokens)
    assert (done, failed) == (0, 5)


def test_trying_nothing_again_says_so(stuck: World, client: Client) -> None:
    client.force_login(stuck.people["admin"])
    page = client.post("/messages/send-again/", {}, follow=True)
    assert "Nothing was chosen." in page.content.decode()


def test_only_operators_try_again(stuck: World) -> None:
    with pytest.raises(NotAllowed):
        operations.send_again_many(actor=stuck.actor("ea.lead"), tokens=[])


def test_the_page_names_why_and_filters(stuck: World, client: Client) -> None:
    client.force_login(stuck.people["admin"])
    page = client.get("/messages/").content.decode()
    assert "KeyError" in page
    assert "HTTP 500" in page
    only = client.get("/messages/?lane=webhook").content.decode()
    assert "HTTP 500" in only
    assert "KeyError" not in only


def test_every_message_is_previewed_on_every_channel_it_goes_by(
    world: World, client: Client
) -> None:
    client.force_login(world.people["admin"])
    page = client.get("/messages/previews/").content.decode()
    for kind in all_kinds():
        assert f"/messages/wording/{kind.key}/" in page
    assert "{number}" not in page
    own = client.get("/messages/previews/?circle=ACCOUNT").content.decode()
    assert "/messages/wording/account.password_reset/" in own
    assert "/messages/wording/constituent.updated/" not in own


def test_of_a_text_message_only_the_end_of_the_number_is_shown(
    stuck: World, client: Client
) -> None:
    text = MailMessage.objects.get(medium="text")
    MailMessage.objects.filter(pk=text.pk).update(to="916-555-0142")
    client.force_login(stuck.people["admin"])
    page = client.get(f"/messages/mail/{text.pk}/").content.decode()
    assert "…42" in page
    assert "916-555-0142" not in page
