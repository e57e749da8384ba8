"""The desk: what a person sees of a mail and does with it (EA-02, EA-06, EA-21)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from escalations.releases import gate
from notifications.inbound import answers, configuration, triage
from notifications.inbound.models import Mailbox, OfficeSender, RawMail
from notifications.inbound.retention import forget_originals
from portal.casework.machine import Refused
from portal.casework.models import Case, Note, OutboxMessage
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.api.conftest import Caller, call  # noqa: F401 (a fixture)
from tests.notifications.ground import case_of_office
from tests.notifications.inbound.ground import letter, take_and_look
from tests.tenancy.conftest import SignIn, sign_in  # noqa: F401 (a fixture)
from tests.toolkits.conftest import pdf
from tests.world import NOW, World

PAPERS = {"notice.pdf": (pdf("A notice."), "application/pdf"), "a.docx": (b"PK\x03\x04", "a/b")}


@pytest.fixture
def held(world: World, mailbox: Mailbox) -> RawMail:
    """A mail of somebody unknown, with two files."""
    return take_and_look(
        world,
        mailbox,
        letter(
            "Constituent's Name: Ligaya Salonga\n<script>alert(1)</script> 219-09-9998",
            sender="someone@inbox.example",
            files=PAPERS,
        ),
    )


def test_EA_02_external_affairs_sees_the_original_beside_the_case(
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("ea.analyst")
    assert b"someone@inbox.example" in client.get(reverse("inbound:triage")).content
    html = client.get(reverse("inbound:mail", args=[held.pk])).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "219-09" not in html
    assert 'value="Ligaya Salonga"' in html
    assert LedgerEntry.objects.filter(action="inbound.seen", data__mail=held.pk).exists()


@pytest.mark.parametrize("key", ["eru.specialist", "office.staff", "admin", "agent"])
def test_nobody_else_learns_of_mail(
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
    key: str,
) -> None:
    client = sign_in(key)
    assert client.get(reverse("inbound:triage")).status_code == 403
    assert client.get(reverse("inbound:mail", args=[held.pk])).status_code == 403


def test_T_08_another_exchanges_mail_does_not_exist(
    world: World,
    other_world: World,
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("ea.analyst", of=other_world)
    assert client.get(reverse("inbound:mail", args=[held.pk])).status_code == 404
    answer = client.post(reverse("inbound:act", args=[held.pk, "ignore"]), {"reason": "x"})
    assert answer.status_code == 404


def test_a_file_is_opened_only_after_it_was_checked(
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("ea.analyst")
    good = client.get(reverse("inbound:file", args=[held.pk, 1]))
    assert good.content.startswith(b"%PDF-")
    assert good["Content-Disposition"].startswith("attachment")
    bad = client.get(reverse("inbound:file", args=[held.pk, 2]), follow=True)
    assert "office document" in bad.content.decode()
    assert client.get(reverse("inbound:file", args=[held.pk, 3])).status_code == 404


def test_EA_02_a_held_mail_becomes_a_case_of_the_office_a_person_names(
    world: World,
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("ea.analyst")
    fields = {
        "office": world.organizations["senate-07"].pk,
        "description": "No card arrived.",
        "constituent_name": "Ligaya Salonga",
    }
    url = reverse("inbound:act", args=[held.pk, "file"])
    assert client.post(url, fields | {"description": ""}).status_code == 422
    assert client.post(url, fields).status_code == 302
    held.refresh_from_db()
    assert held.state == "filed"
    assert held.case is not None
    assert held.case.organization == world.organizations["senate-07"]
    assert held.case.constituent.channel == "mail"
    assert held.case.attachments.count() == 1
    assert held.refusals == [[2, "office"]]
    assert held.sealed is None, "there was a number in it"
    assert not OutboxMessage.objects.filter(key=answers.RECEIVED).exists()
    seen = gate.decide(actor=world.actor("other.office"), case=held.case)
    assert not seen.shows_details


def test_EA_02_a_held_mail_is_added_to_the_case_a_person_names(world: World, held: RawMail) -> None:
    case = case_of_office(world)
    analyst = world.actor("ea.analyst")
    triage.add_to_case(actor=analyst, mail=held, case=case)
    note = Note.objects.get(case=case, kind=Note.Kind.MESSAGE)
    assert "[number removed]" in note.body
    assert case.events.filter(verb="take_mail").exists()
    with pytest.raises(Refused):
        triage.add_to_case(actor=analyst, mail=held, case=case)


def test_a_case_nobody_may_know_of_is_no_case_to_add_to(
    world: World,
    held: RawMail,
    sign_in: SignIn,  # noqa: F811
) -> None:
    url = reverse("inbound:act", args=[held.pk, "add"])
    answer = sign_in("ea.analyst").post(url, {"number": "EA-2025-999999"})
    assert answer.status_code == 422
    assert b"There is no such case" in answer.content


def test_a_mail_is_set_aside_with_a_reason_and_can_still_be_filed(
    world: World, held: RawMail
) -> None:
    analyst = world.actor("ea.analyst")
    with pytest.raises(ValidationError):
        triage.ignore_mail(actor=analyst, mail=held, reason=" ")
    triage.ignore_mail(actor=analyst, mail=held, reason="An advertisement.")
    held.refresh_from_db()
    assert (held.state, held.note, held.decided_by) == (
        "ignored",
        "An advertisement.",
        world.people["ea.analyst"],
    )
    triage.file_as_case(
        actor=analyst, mail=held, office=world.organizations["senate-07"], description="It was not."
    )
    assert Case.objects.filter(kind="constituent").count() == 1


def test_a_mail_is_handed_only_to_somebody_who_deals_with_mail(world: World, held: RawMail) -> None:
    analyst = world.actor("ea.analyst")
    with pytest.raises(ValidationError):
        triage.hand_over(actor=analyst, mail=held, colleague=world.people["eru.lead"])
    triage.hand_over(actor=analyst, mail=held, colleague=world.people["ea.lead"])
    held.refresh_from_db()
    assert held.handler == world.people["ea.lead"]
    bell = OutboxMessage.objects.get(key="inbound.handed")
    assert bell.recipient == world.people["ea.lead"]


@pytest.mark.parametrize("key", ["eru.lead", "office.manager", "admin", "privacy"])
def test_only_external_affairs_decides_on_mail(world: World, held: RawMail, key: str) -> None:
    with pytest.raises(NotAllowed):
        triage.ignore_mail(actor=world.actor(key), mail=held, reason="x")


def test_originals_are_forgotten_after_their_days_and_copies_still_known(
    world: World, mailbox: Mailbox, held: RawMail
) -> None:
    content = letter()
    filed = take_and_look(world, mailbox, content)
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert forget_originals(exchange=world.exchange, now=NOW + timedelta(days=31)) == 1
        assert forget_originals(exchange=world.exchange, now=NOW + timedelta(days=31)) == 0
    filed.refresh_from_db()
    held.refresh_from_db()
    assert (filed.sealed, filed.sender, filed.subject) == (None, "", "")
    assert held.sealed is not None, "it still waits for a person"
    assert take_and_look(world, mailbox, content).pk == filed.pk


# --- The mailbox's page ----------------------------------------------------------------------

VALUES = {
    "address": "EA@covered.example",
    "is_active": True,
    "authserv_id": "mx.covered.example",
    "received_above": 0,
    "host": "imap.covered.example",
    "port": 993,
    "use_tls": True,
    "username": "ea",
    "folder": "INBOX",
    "done_folder": "",
    "retention_days": 30,
}


def test_the_mailbox_is_set_up_on_its_page_and_never_shows_its_password(
    world: World,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("admin")
    url = reverse("inbound:mailbox")
    assert client.post(url, VALUES | {"password": "hush-hush"}).status_code == 302
    assert client.post(url, VALUES | {"password": ""}).status_code == 302
    world.enter()
    mailbox = Mailbox.objects.get()
    assert (mailbox.address, mailbox.password) == ("ea@covered.example", "hush-hush")
    assert b"hush-hush" not in client.get(url).content
    assert client.post(url, VALUES | {"port": "x"}).status_code == 422


def test_a_webhooks_secret_is_shown_once(
    world: World,
    mailbox: Mailbox,
    sign_in: SignIn,  # noqa: F811
) -> None:
    client = sign_in("admin")
    html = client.post(reverse("inbound:secret")).content.decode()
    world.enter()
    mailbox.refresh_from_db()
    assert mailbox.webhook_secret
    assert mailbox.webhook_secret in html
    assert mailbox.webhook_secret not in client.get(reverse("inbound:mailbox")).content.decode()
    assert "Make a new secret?" in client.get(reverse("inbound:secret")).content.decode()


@pytest.mark.parametrize("value", ["@gmail.com", "senate07", "a@", "a b@c.example", ""])
def test_an_address_that_stands_for_nobody_is_refused(world: World, value: str) -> None:
    office = world.organizations["senate-07"]
    with pytest.raises(ValidationError):
        configuration.add_sender(actor=world.actor("ea.lead"), office=office, value=value)


def test_an_address_stands_for_one_office_alone(
    world: World,
    sign_in: SignIn,  # noqa: F811
) -> None:
    lead, office = world.actor("ea.lead"), world.organizations["senate-07"]
    row = configuration.add_sender(actor=lead, office=office, value="@Senate07.example")
    with pytest.raises(ValidationError):
        configuration.add_sender(
            actor=lead, office=world.organizations["assembly-13"], value="@senate07.example"
        )
    client = sign_in("ea.lead")
    assert client.post(reverse("inbound:sender-remove", args=[row.pk])).status_code == 302
    world.enter()
    assert not OfficeSender.objects.exists()
    with pytest.raises(NotAllowed):
        configuration.add_sender(
            actor=world.actor("ea.analyst"), office=office, value="a@b.example"
        )


def test_the_api_lists_mail_without_its_words(
    held: RawMail,
    call: Caller,  # noqa: F811
) -> None:
    (row,) = call("ea.analyst").get("inbound/mails/", state="held").json()["results"]
    assert (row["id"], row["sender"]) == (held.pk, "someone@inbox.example")
    assert not {"subject", "text", "sealed"} & row.keys()
    assert call("ea.analyst").get("inbound/mails/", state="filed").json()["results"] == []
    assert call("eru.specialist").get("inbound/mails/").status_code == 403
