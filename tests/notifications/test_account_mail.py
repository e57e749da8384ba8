"""Mail about accounts: it leaves through the exchange, and tells nobody who has an account."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail as outgoing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.account_mail import send_account_mail
from notifications.models import MailMessage
from portal.tenancy import signals
from portal.tenancy.models import Invitation, Person
from portal.tenancy.scope import current_exchange_id, set_scope
from portal.tenancy.services import invite_person
from tests.world import World

RESET = "account/email/password_reset_key"


def _context(path: str = "/accounts/password/reset/key/1-abc/") -> dict[str, Any]:
    return {"password_reset_url": f"https://attacker.example{path}"}


def _signed_out() -> None:
    set_scope(exchange_id=None)


def test_a_reset_link_points_to_our_own_address_whatever_the_request_said(world: World) -> None:
    person = world.people["office.staff"]
    _signed_out()
    send_account_mail(template_prefix=RESET, to=person.email.upper(), context=_context())
    assert current_exchange_id() is None, "the request's own scope stays as it was"
    world.enter()
    mail = MailMessage.objects.get()
    assert (mail.to, mail.person) == (person.email, person)
    assert "http://localhost:8000/accounts/password/reset/key/1-abc/" in mail.body
    assert "attacker" not in mail.body


def test_an_unknown_address_gets_no_mail_for_the_same_effort(world: World) -> None:
    efforts = []
    for address in (world.people["office.staff"].email, "nobody@nowhere.example"):
        _signed_out()
        with CaptureQueriesContext(connection) as queries:
            send_account_mail(template_prefix=RESET, to=address, context=_context())
        inserts = [q for q in queries.captured_queries if q["sql"].startswith("INSERT")]
        efforts.append((len(inserts), len(queries)))
    world.enter()
    assert MailMessage.objects.count() == 1
    (known, known_all), (unknown, unknown_all) = efforts
    assert known == unknown == 1
    assert abs(known_all - unknown_all) <= 2


def test_somebody_switched_off_gets_no_account_mail(world: World) -> None:
    person = world.people["office.staff"]
    Person.objects.filter(pk=person.pk).update(is_active=False)
    _signed_out()
    send_account_mail(template_prefix=RESET, to=person.email, context=_context())
    world.enter()
    assert not MailMessage.objects.exists()


@pytest.mark.parametrize("prefix", ["account/email/password_changed", "mfa/email/totp_activated"])
def test_a_change_of_sign_in_is_told_without_saying_from_where(world: World, prefix: str) -> None:
    person = world.people["ea.analyst"]
    context = {"ip": "198.51.100.7", "user_agent": "Agent/1.0"}
    send_account_mail(template_prefix=prefix, to=person.email, context=context)
    mail = MailMessage.objects.get()
    assert mail.key == "account.changed"
    assert "198.51.100.7" not in mail.body
    assert "Agent/1.0" not in mail.body


def test_what_allauth_says_to_unknown_people_is_not_said(world: World) -> None:
    person = world.people["ea.analyst"]
    send_account_mail(template_prefix="account/email/unknown_account", to=person.email, context={})
    assert not MailMessage.objects.exists()


def test_a_platform_superuser_is_written_to_directly(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    root = Person.objects.create_superuser("root@liaison.example", "x" * 20, full_name="Root")
    _signed_out()
    with django_capture_on_commit_callbacks(execute=True):
        send_account_mail(template_prefix=RESET, to=root.email, context=_context())
    assert [message.to for message in outgoing.outbox] == [[root.email]]
    assert "/accounts/password/reset/key/1-abc/" in outgoing.outbox[0].body


def test_the_reset_page_answers_the_same_for_known_and_unknown_addresses(
    world: World, client: Client
) -> None:
    answers = [
        client.post("/accounts/password/reset/", {"email": address})
        for address in (world.people["office.staff"].email, "nobody@nowhere.example")
    ]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    world.enter()
    assert list(MailMessage.objects.values_list("key", flat=True)) == ["account.password_reset"]


def test_an_invitation_is_mailed_once_with_its_link(world: World) -> None:
    invitation, token = invite_person(
        actor=world.actor("office.manager"),
        organization=world.organizations["assembly-13"],
        role_key="office_staff",
        email="new@assembly.example",
        full_name="Newcomer Name",
    )
    signals.invited.send(Invitation, invitation=invitation, token=token)
    mail = MailMessage.objects.get(key="invitation")
    assert mail.to == "new@assembly.example"
    assert f"/invitations/{token}/" in mail.body
    assert "Newcomer" not in mail.body


def test_the_secret_of_a_mail_is_not_readable_in_the_database(world: World) -> None:
    _, token = invite_person(
        actor=world.actor("office.manager"),
        organization=world.organizations["assembly-13"],
        role_key="office_staff",
        email="new@assembly.example",
        full_name="Newcomer Name",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM notifications_mailmessage")
        assert token not in str(cursor.fetchall())
