"""The bell, the mail page, the outbox and the wording, as people meet them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from escalations.constituent import services as constituent
from notifications import services
from notifications.catalogue import all_kinds
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from notifications.models import Bell, MailMessage, MessageTemplate
from portal.casework.models import Case, OutboxMessage
from tests.notifications.ground import CANARY_TEXTS, case_of_office, message
from tests.world import NOW, World


@pytest.fixture
def told(world: World) -> Case:
    """A case whose receipt was acknowledged, everybody told."""
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    drain_outbox(exchange=world.exchange, now=NOW)
    send_mails(exchange=world.exchange, now=NOW)
    world.enter()
    return case


def _as(world: World, client: Client, key: str) -> Client:
    client.force_login(world.people[key])
    return client


def _get(client: Client, name: str, *args: Any, **options: Any) -> Any:
    return client.get(reverse(f"notifications:{name}", args=args), **options)


def _post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"notifications:{name}", args=args), data)


def test_the_bell_shows_one_s_own_lines_with_the_number_and_nothing_of_the_case(
    world: World, client: Client, told: Case
) -> None:
    page = _get(_as(world, client, "office.staff"), "bell").content.decode()
    assert f"We have received your case {told.number}" in page
    assert f"New case {told.number}" not in page
    for canary in CANARY_TEXTS:
        assert canary not in page


def test_opening_a_line_marks_it_read_and_leads_to_the_case(
    world: World, client: Client, told: Case
) -> None:
    _as(world, client, "office.staff")
    line = Bell.objects.get(person=world.people["office.staff"])
    answer = _post(client, "bell-open", line.pk)
    assert (answer.status_code, told.number in answer["Location"]) == (302, True)
    world.enter()
    line.refresh_from_db()
    assert line.read_at is not None
    assert not _get(client, "bell").context["unread"]


def test_marking_all_read_leaves_what_rang_after_the_page_was_drawn(
    world: World, client: Client, told: Case
) -> None:
    _as(world, client, "office.staff")
    newest = Bell.objects.get(person=world.people["office.staff"]).pk
    message(world, "constituent.updated", told)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    _post(client, "bell-read-all", until=newest)
    world.enter()
    unread = Bell.objects.filter(person=world.people["office.staff"], read_at=None)
    assert [line.key for line in unread] == ["constituent.updated"]


@pytest.mark.parametrize("name", ["bell-open", "bell-read"])
def test_somebody_else_s_line_is_not_found(
    world: World, client: Client, told: Case, name: str
) -> None:
    line = Bell.objects.filter(person=world.people["office.manager"]).get()
    assert _post(_as(world, client, "office.staff"), name, line.pk).status_code == 404


def test_a_line_about_a_case_one_may_no_longer_know_of_is_gone(
    world: World, client: Client, told: Case
) -> None:
    Case.objects.filter(pk=told.pk).update(organization=world.organizations["senate-07"])
    _as(world, client, "office.staff")
    assert told.number not in _get(client, "bell").content.decode()
    assert not _get(client, "bell").context["unread"]


@pytest.mark.parametrize("name", ["outbox", "mail", "templates"])
@pytest.mark.parametrize("key", ["ea.lead", "office.manager", "privacy", "agent"])
def test_only_administrators_operate(world: World, client: Client, name: str, key: str) -> None:
    assert _get(_as(world, client, key), name).status_code == 403


def test_an_administrator_sees_mail_with_its_state_and_words(
    world: World, client: Client, told: Case
) -> None:
    _as(world, client, "admin")
    page = _get(client, "mail").content.decode()
    assert f"We have received your case {told.number}" in page
    mail = MailMessage.objects.first()
    assert mail is not None
    detail = _get(client, "mail-message", mail.pk).content.decode()
    assert "External Affairs has received the case" in detail
    assert "Send again" not in detail
    assert not _get(client, "mail", query_params={"state": "failed"}).context["mails"]


def test_another_exchange_s_mail_is_not_found(
    world: World, other_world: World, client: Client, told: Case
) -> None:
    mail = MailMessage.objects.first()
    assert mail is not None
    client.force_login(other_world.people["admin"])
    assert _get(client, "mail-message", mail.pk).status_code == 404
    assert _post(client, "mail-resend", mail.pk).status_code == 404


def test_in_a_demonstration_everybody_sees_their_own_mail_and_nobody_else_s(
    world: World, client: Client, told: Case
) -> None:
    world.exchange.is_demo = True
    world.exchange.save(update_fields=["is_demo"])
    _as(world, client, "office.staff")
    page = _get(client, "mail").content.decode()
    assert world.people["office.staff"].email in page
    assert world.people["office.manager"].email not in page
    other = MailMessage.objects.get(person=world.people["office.manager"])
    assert _get(client, "mail-message", other.pk).status_code == 404


def test_a_mail_that_opens_something_is_shown_to_no_administrator_but_of_a_demonstration(
    world: World, client: Client
) -> None:
    services_mail = MailMessage.objects.create(
        exchange=world.exchange,
        key="account.password_reset",
        to="office.staff@covered-california.example",
        person=world.people["office.staff"],
        subject="Choose a new password",
        body="https://portal.example/secret-link",
        rfc_message_id="<1@x.example>",
        give_up_at=NOW,
    )
    _as(world, client, "admin")
    assert b"secret-link" not in _get(client, "mail-message", services_mail.pk).content
    world.exchange.is_demo = True
    world.exchange.save(update_fields=["is_demo"])
    assert b"secret-link" in _get(client, "mail-message", services_mail.pk).content


def test_an_operator_sees_why_a_message_was_parked_and_tries_it_again(
    world: World, client: Client, told: Case
) -> None:
    row = message(
        world, "constituent.updated", told, state="parked", attempts=3, last_error="KeyError"
    )
    _as(world, client, "admin")
    assert "KeyError" in _get(client, "outbox").content.decode()
    assert _get(client, "outbox-retry", row.pk).status_code == 200
    _post(client, "outbox-retry", row.pk)
    world.enter()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboxMessage.State.WAITING, 0)
    answer = client.post(reverse("notifications:outbox-retry", args=[row.pk]), follow=True)
    assert "not parked any more" in answer.content.decode()


def test_an_administrator_previews_saves_and_takes_back_a_wording(
    world: World, client: Client
) -> None:
    _as(world, client, "admin")
    key = "constituent.resolved"
    typed = {"subject": "Done: {number}", "body": "We are done with {number}."}
    preview = _post(client, "template", key, **typed, preview="1").content.decode()
    assert "Done: EA-2025-000123" in preview
    world.enter()
    assert not MessageTemplate.objects.exists()
    _post(client, "template", key, **typed)
    world.enter()
    assert MessageTemplate.objects.get().subject == "Done: {number}"
    wrong = _post(client, "template", key, subject="Done: {number}", body="{number} {name}")
    assert wrong.status_code == 422
    assert "{name} cannot be used here" in wrong.content.decode()
    _post(client, "template", key, reset="1")
    world.enter()
    assert not MessageTemplate.objects.exists()


def test_every_message_has_a_preview(world: World, client: Client) -> None:
    _as(world, client, "admin")
    page = _get(client, "templates").content.decode()
    for kind in all_kinds():
        # What is said to many has words of its own each time, so none to edit.
        assert kind.crowd is not None or escape(kind.label) in page
        assert _get(client, "template", kind.key).status_code == 200
    assert _get(client, "template", "no.such").status_code == 404


def test_marking_a_line_twice_keeps_the_first_moment(world: World, told: Case) -> None:
    actor = world.actor("office.staff")
    line = Bell.objects.visible_to(actor).get()
    services.mark_read(actor=actor, bell=line)
    line.refresh_from_db()
    first = line.read_at
    services.mark_read(actor=actor, bell=line)
    line.refresh_from_db()
    assert line.read_at == first
