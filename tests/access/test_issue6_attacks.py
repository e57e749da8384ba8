"""Attacks on what is written to and by the portal: each comes to nothing."""

from __future__ import annotations

import csv
import io
import json
import socket
import threading
from time import monotonic
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from notifications.bells.notices import Notice
from notifications.briefings import services as briefings
from notifications.briefings.models import State as BriefingState
from notifications.channels import calling, registering
from notifications.channels.hooks import WebhookDelivery, owner_for
from notifications.channels.webhooks import send_webhooks
from notifications.drain import drain_outbox
from notifications.inbound import answers, configuration
from notifications.inbound.models import Mailbox, OfficeSender, RawMail
from notifications.inbound.parse import MAX_TEXT, identify, read_mail
from notifications.inbound.senders import is_verified
from notifications.inbound.tokens import reply_address
from notifications.mailbox import configuration as configuration_of_mailbox
from notifications.mailbox import conversations
from notifications.mailbox.models import Item
from notifications.mailbox.searching import search_mailbox
from notifications.mailer import as_email
from notifications.models import Bell, MailMessage
from notifications.summaries.models import Summary
from notifications.wording import Wording
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage
from portal.clocks.icalendar import dated_events
from portal.clocks.models import BusinessCalendar, CalendarException
from portal.tenancy.models import Membership, Organization, Person
from retention.models import CrwCase
from tests.api.conftest import Api, create_api_token
from tests.book.ground import enroll
from tests.notifications.briefings.ground import COLLEAGUE, WRITER, approve, hire, write
from tests.notifications.ground import forget_messages, message
from tests.notifications.inbound.conftest import mailbox as mailbox
from tests.notifications.inbound.ground import (
    AUTHSERV,
    STAFF,
    constituent_cases,
    letter,
    look,
    take,
    take_and_look,
)
from tests.notifications.mailbox.ground import begin, team_of, to_team, token
from tests.notifications.summaries.ground import TODAY, given, make
from tests.retention.ground import delegate, open_crw
from tests.world import NOW, World

OFFICE = "covered-california.example"
FORMULA = '=HYPERLINK("http://evil.example")'
MARKUP = "<img src=x onerror=alert(1)>"
NUMBER = "219-09-9999"
#: Stands in a mail of an office, and in what the exchange says among itself.
SECRET = "canary-of-the-constituent"
State, Reason = RawMail.State, RawMail.Reason


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()


def browser(world: World, who: str, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(world.person(who))
    return client


def program(world: World, who: str) -> Api:
    cache.clear()
    world.person(who)
    token, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="attack", read_only=False
    )
    return Api(secret, token)


def token_for(mailbox: Mailbox, case: Case, recipient: str = STAFF) -> str:
    return reply_address(mailbox=mailbox, case_id=case.pk, recipient=recipient, today=TODAY)


# --- Who wrote a mail -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        # What a sender chooses stands in our own server's header: before the @ of the envelope,
        # in the name its machine gives itself, in the reason of a broken signature.
        "smtp.mailfrom==?utf-8?q?=3B_dmarc=3Dpass_header.from=3D{office}_=3B?=@evil.example",
        'smtp.mailfrom="; dmarc=pass header.from={office}; x"@evil.example',
        'smtp.mailfrom="\\"; dmarc=pass header.from={office}; x"@evil.example',
        'smtp.mailfrom="; dmarc=pass header.from={office}; ("@evil.example;'
        ' dmarc=fail header.from={office}; dkim=pass header.i=")"@evil.example',
        "(a; dmarc=pass header.from={office} (b) ; c) smtp.mailfrom=x@evil.example",
        "(a \\) ; dmarc=pass header.from={office} ; c) smtp.mailfrom=x@evil.example",
        '; dkim=fail reason="; dmarc=pass header.from={office}" header.d=evil.example',
        "; dmarc=pass header.from={office} (never closed",
        '; dmarc=pass header.from={office}; x="never closed',
        "; dmarc=pass header.from={office}.evil.example",
        '; dmarc=pass policy.x="header.from={office}" header.from=evil.example',
        "; dmarc=pass header.from={office}; dmarc=none header.from={office}",
    ],
)
def test_nothing_a_sender_gets_into_our_servers_result_proves_who_they_are(said: str) -> None:
    result = f"{AUTHSERV}; spf=pass {said.format(office=OFFICE)}"
    mail = f"Authentication-Results: {result}\r\nFrom: {STAFF}\r\nSubject: x\r\n\r\nHello"
    assert not is_verified(read_mail(mail.encode()), Mailbox(authserv_id=AUTHSERV))


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass (p=reject (sp=none) dis=none) header.from={office}",
        'dmarc=pass header.from="{office}"',
        'spf=pass smtp.mailfrom="a;b (c"@other.example; dmarc=pass header.from={office}',
    ],
)
def test_a_result_that_holds_comments_and_quotations_proves_as_much_as_a_plain_one(
    said: str,
) -> None:
    result = f"{AUTHSERV} 1; {said.format(office=OFFICE)}"
    mail = f"Authentication-Results: {result}\r\nFrom: {STAFF}\r\nSubject: x\r\n\r\nHello"
    assert is_verified(read_mail(mail.encode()), Mailbox(authserv_id=AUTHSERV))


@pytest.mark.parametrize(
    "written",
    [
        f'"staff@evil.example,x"@{OFFICE}',
        f'"@evil.example"@{OFFICE}',
        f"<staff@evil.example>@{OFFICE}",
        f"st\u0430ff@{OFFICE}",
        f"staff@{OFFICE}, <staff@evil.example>",
        f"staff@{OFFICE}\r\nFrom: staff@evil.example",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_no_sender(written: str) -> None:
    assert read_mail(f"From: {written}\r\nSubject: x\r\n\r\nHello".encode()).from_address == ""


def test_a_mail_with_a_name_that_is_an_offices_address_is_its_senders_own(
    world: World, mailbox: Mailbox
) -> None:
    mail = take_and_look(world, mailbox, letter(sender=f'"{STAFF}" <a@evil.example>'))
    assert (mail.state, mail.sender) == (State.HELD, "a@evil.example")


@pytest.mark.parametrize("is_registered_alone", [False, True])
def test_whoever_lost_their_place_is_not_let_in_again_by_their_offices_domain(
    world: World, mailbox: Mailbox, is_registered_alone: bool
) -> None:
    case = take_and_look(world, mailbox, letter()).case
    assert case is not None
    OfficeSender.objects.create(
        exchange=world.exchange,
        office=world.organizations["assembly-13"],
        value=STAFF if is_registered_alone else f"@{OFFICE}",
    )
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(is_active=False)
    forget_messages(world)
    mails = [
        take_and_look(world, mailbox, letter("A new one.")),
        take_and_look(world, mailbox, letter("More of it.", to=token_for(mailbox, case))),
    ]
    if is_registered_alone:
        # Somebody of the exchange vouched for this one address.
        assert {mail.state for mail in mails} == {State.FILED}
        return
    assert {mail.reason for mail in mails} == {Reason.UNKNOWN_SENDER}
    assert not OutboxMessage.objects.filter(key__in=[answers.RECEIVED, answers.ADDED]).exists()
    # Whoever never signed in here is still vouched for by the domain, and enrollers are not.
    new = take_and_look(world, mailbox, letter("Mine.", sender=f"intern@{OFFICE}"))
    assert (new.state, new.reason) == (State.FILED, Reason.NEW_CASE)
    agent = take_and_look(world, mailbox, letter("Mine.", sender=world.people["agent"].email))
    assert agent.reason == Reason.UNKNOWN_SENDER


def test_a_token_is_worth_nothing_to_a_colleague_and_says_nothing_of_its_case(
    world: World, mailbox: Mailbox
) -> None:
    case = take_and_look(world, mailbox, letter()).case
    assert case is not None
    forget_messages(world)
    theirs = token_for(mailbox, case)
    colleague, stranger = f"office.staff2@{OFFICE}", f"other.office@{OFFICE}"
    for sender in (colleague, stranger):
        mail = take_and_look(world, mailbox, letter("Me too.", sender=sender, to=theirs))
        assert (mail.reason, mail.suggested_case) == (Reason.FOREIGN_TOKEN, None)
    assert not OutboxMessage.objects.exclude(key="inbound.held").exists()
    assert len(constituent_cases(world)) == 1


def test_nobody_has_a_mail_ignored_by_sending_a_copy_before_it(
    world: World, mailbox: Mailbox
) -> None:
    real = letter(Message_ID="<known@mail.example>")
    for forged in (
        letter(Message_ID="<known@mail.example>", Auto_Submitted="auto-replied", result="fail"),
        letter(Message_ID="<known@mail.example>", sender="a@evil.example"),
        letter(Message_ID="<known@mail.example>", Precedence="auto_reply", result="fail"),
    ):
        assert identify(forged.as_bytes()) != identify(real.as_bytes())
        take(world, mailbox, forged)
    look(world)
    mail = take_and_look(world, mailbox, real)
    assert (mail.state, mail.reason) == (State.HELD, Reason.SAME_ID)
    assert take(world, mailbox, real).pk == mail.pk


def test_EA_06_no_part_of_a_number_stays_where_a_long_mail_is_cut() -> None:
    for shift in range(12):
        words = "x" * (MAX_TEXT - shift) + f" {NUMBER} and more"
        mail = read_mail(f"From: a@b.example\r\nSubject: s\r\n\r\n{words}".encode())
        assert "219" not in mail.text
        assert mail.had_number
        assert len(mail.text) < MAX_TEXT + 100


# --- What an office learns ------------------------------------------------------------------


def test_without_a_release_no_door_tells_an_office_more_than_the_status(
    world: World, mailbox: Mailbox
) -> None:
    forget_messages(world)
    mail = take_and_look(
        world, mailbox, letter(f"Constituent's Name: {SECRET}\n\n{SECRET}", subject=SECRET)
    )
    case = mail.case
    assert case is not None
    registering.register_webhook(
        actor=world.actor("office.manager"),
        url="https://hooks.example/in",
        groups=[key for key, _ in registering.groups_offered()],
        resolver=lambda host, port: ["93.184.216.34"],
    )
    take_and_look(world, mailbox, letter(SECRET, to=token_for(mailbox, case)))
    message(world, "constituent.updated", case)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sent = [
        as_email(row, row.to, Wording(row.subject, row.body), NOW)
        for row in MailMessage.objects.select_related("exchange", "message")
    ]
    assert len(sent) > 1
    calls: list[bytes] = []

    class Program:
        """Keeps what it is told, and answers nothing."""

        sock = None

        def request(self, method: str, target: str, body: bytes, headers: object) -> None:
            calls.append(body + json.dumps(headers).encode())
            raise OSError

        def close(self) -> None:
            """Nothing is open."""

    send_webhooks(
        exchange=world.exchange,
        now=NOW,
        connector=lambda *_: Program(),  # type: ignore[arg-type,return-value]
        resolver=lambda host, port: ["93.184.216.34"],
    )
    world.enter()
    assert calls
    seen = []
    for who in ("office.staff2", "other.office", "agent"):
        client = browser(world, who)
        doors = [
            "/",
            reverse("notifications:bell"),
            reverse("casework:case", args=[case.number]),
            reverse("inbound:mail", args=[mail.pk]),
            reverse("inbound:triage"),
            reverse("mailbox:index"),
            reverse("mailbox:search") + "?q=canary",
            "/search/?q=canary",
            "/api/v1/inbound/mails/",
            "/api/v1/bell/",
        ]
        seen += [client.get(door).content for door in doors]
    texts = b"\n".join(
        [*sent, *calls, *seen, *(str(row.data).encode() for row in OutboxMessage.objects.all())]
    )
    assert SECRET.encode() not in texts


def test_a_mail_is_shown_as_words_and_never_as_markup(world: World, mailbox: Mailbox) -> None:
    mail = take_and_look(
        world,
        mailbox,
        letter(
            MARKUP,
            subject=MARKUP,
            sender="a@evil.example",
            files={f"{MARKUP}.pdf": (b"%PDF", "application/pdf")},
        ),
    )
    assert mail.state == State.HELD
    client = browser(world, "ea.analyst")
    for door in (reverse("inbound:mail", args=[mail.pk]), reverse("inbound:triage")):
        page = client.get(door)
        assert page.status_code == 200
        assert MARKUP not in page.content.decode()


# --- Secrets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"host": "evil.example"}, {"port": 143}, {"use_tls": False}, {"username": "else"}]
)
def test_a_mailboxes_password_goes_to_no_server_it_was_not_entered_for(
    world: World, mailbox: Mailbox, change: dict[str, Any]
) -> None:
    lead = world.actor("ea.lead")
    values = {name: getattr(mailbox, name) for name in configuration.FIELDS}
    values |= {"host": "imap.covered.example", "username": "ea"}
    configuration.save_mailbox(actor=lead, values=values, password="hush-hush")
    with pytest.raises(ValidationError) as refused:
        configuration.save_mailbox(actor=lead, values=values | change)
    assert set(refused.value.message_dict) == {"password"}
    mailbox.refresh_from_db()
    assert mailbox.host == "imap.covered.example"
    # By way of no server at all there is none to take along.
    configuration.save_mailbox(actor=lead, values=values | {"host": ""})
    configuration.save_mailbox(actor=lead, values=values | change)
    mailbox.refresh_from_db()
    assert mailbox.password == ""


@pytest.mark.parametrize("name", ["username", "folder", "done_folder", "password"])
def test_nothing_entered_for_a_mailbox_becomes_a_command_to_its_server(
    world: World, mailbox: Mailbox, name: str
) -> None:
    lead = world.actor("ea.lead")
    values = {name: getattr(mailbox, name) for name in configuration.FIELDS}
    evil = {name: 'x"\r\nA1 DELETE INBOX'}
    password = evil.pop("password", "")
    with pytest.raises(ValidationError) as refused:
        configuration.save_mailbox(actor=lead, values=values | evil, password=password)
    assert set(refused.value.message_dict) == {name}


def test_a_receiver_that_drips_while_hands_are_shaken_holds_no_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "PATIENCE", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"\x16\x03\x03\x40\x00")
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"\x00")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        port, began = server.getsockname()[1], monotonic()
        answer = calling.call(
            "https://hooks.example/in",
            body=b"{}",
            headers={},
            connector=lambda host, _port, _number: calling.connect(host, port, "127.0.0.1"),
            resolver=lambda host, _port: ["93.184.216.34"],
        )
        took = monotonic() - began
        stop.set()
        thread.join()
    assert not answer.is_accepted
    assert took < 3


@pytest.mark.parametrize("loss", ["the delegation", "every keeper"])
def test_an_agencys_program_is_told_no_more_than_who_manages_it(world: World, loss: str) -> None:
    resolver = lambda host, port: ["93.184.216.34"]  # noqa: E731
    registering.register_webhook(
        actor=world.actor("agency.manager"),
        url="https://hooks.example/in",
        groups=[key for key, _ in registering.groups_offered()],
        resolver=resolver,
    )
    case = open_crw(world)
    forget_messages(world)
    world.enter()
    message(world, "retention.reopened", case)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert WebhookDelivery.objects.get().key == "retention.reopened"
    if loss == "the delegation":
        delegate(world, CrwCase.objects.get(case=case).consumer, "harbor", "harbor.agent")
    else:
        gone = Membership.objects.filter(pk=world.memberships["agency.manager"].pk)
        gone.update(is_active=False)
    counts = send_webhooks(exchange=world.exchange, now=NOW, resolver=resolver)
    assert (counts.calls_withheld, counts.calls_later) == (1, 0)


@pytest.mark.parametrize("kind", Organization.Kind)
def test_only_the_exchanges_own_people_manage_the_webhooks_that_are_told_of_every_case(
    world: World, kind: str
) -> None:
    actor = world.actor("office.manager")
    own = {"exchange", "branch", "sub_branch", "unit", "workstream"}
    assert actor.organization is not None
    actor.organization.kind = kind
    assert owner_for(actor) == (None if kind in own else actor.organization)


def test_a_conversation_that_was_handed_on_lies_in_no_mailbox_of_the_former_team(
    world: World,
) -> None:
    other = team_of(world, "agent-contracts", "Agent Contracts")
    thread = to_team(world, subject="About my contract")
    staff = world.actor("osd.staff")
    conversations.reply(actor=staff, thread=thread, body="Which one?", seen=1)
    conversations.reply(actor=world.actor("agent"), thread=thread, body="The last.", seen=2)
    assert Item.objects.visible_to(staff).unread().count() == 1
    conversations.hand_on_conversation(actor=staff, thread=thread, team=other, seen=3)
    assert not Item.objects.visible_to(staff).exists()
    assert not search_mailbox(staff, "contract").hits
    # One who wrote keeps theirs, also where the team moves to another unit.
    configuration_of_mailbox.move_team(
        actor=world.actor("admin"), team=other, unit=world.organization("certification-services")
    )
    assert Item.objects.visible_to(world.actor("agent")).filter(source_id=thread.pk).exists()


# --- Files and searches ---------------------------------------------------------------------


def test_the_name_of_a_holiday_adds_no_line_to_anybodys_calendar(world: World) -> None:
    row = BusinessCalendar.objects.filter(exchange=world.exchange).first()
    assert row is not None
    for number, end in enumerate(("\r", "\n", "\r\n", "\u2028", "\u0085", "\x0b", "\x1e")):
        CalendarException.objects.create(
            exchange=world.exchange,
            calendar=row,
            date=TODAY.replace(month=12, day=number + 1),
            label=f"Rest;day,{end}BEGIN:VALARM{end}X",
            hours=[],
        )
    text = dated_events(row, host="portal.example", at=NOW).replace("\r\n ", "")
    assert not [line for line in text.splitlines() if line.startswith("BEGIN:VALARM")]
    assert "Rest\\;day\\,\\nBEGIN:VALARM" in text


def test_a_managers_file_takes_no_formula_from_the_name_of_an_enroller(world: World) -> None:
    enroll(given(world, name=FORMULA, phone=""), updates_pending=True)
    Person.objects.filter(pk=world.people["agent"].pk).update(full_name=FORMULA)
    make(world)
    kind = Summary.Kind.MANAGER
    summary = Summary.objects.get(person=world.people["agency.manager"], kind=kind)
    answer = browser(world, "agency.manager").get(reverse("summaries:export", args=[summary.pk]))
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (lines[1][0], lines[1][3].partition(";")[0]) == (f"'{FORMULA}", f"'{FORMULA}")


def test_EA_06_a_search_for_a_number_is_neither_done_nor_shown_again(world: World) -> None:
    to_team(world)
    page = browser(world, "agent").get(reverse("mailbox:search"), {"q": NUMBER})
    assert page.status_code == 200
    assert NUMBER not in page.content.decode()


# --- Programs -------------------------------------------------------------------------------


def test_no_program_reads_marks_or_answers_what_is_anothers(world: World, mailbox: Mailbox) -> None:
    enroll(given(world, name="Marisol Ibarra"), updates_pending=True)
    make(world)
    theirs = begin(world, "agency.manager", [token(world, "agent")], body=SECRET)
    held = take_and_look(world, mailbox, letter(SECRET, sender="a@evil.example"))
    hook, _ = registering.register_webhook(
        actor=world.actor("office.manager"),
        url="https://hooks.example/in",
        groups=["answers"],
        resolver=lambda host, port: ["93.184.216.34"],
    )
    summaries = Summary.objects.filter(person__in=[world.people["agent"]])
    items = list(Item.objects.filter(person=world.people["agent"]).values_list("pk", flat=True))
    assert summaries
    assert items
    for who in ("harbor.manager", "entity.contact", "office.staff", "scr", "admin"):
        api = program(world, who)
        doors = [f"mailbox/conversations/{theirs.pk}/", f"inbound/mails/?id={held.pk}"]
        for row in summaries:
            doors += [f"summaries/{row.pk}/", f"summaries/{row.pk}/lines/"]
        for door in [*doors, "webhooks/", "webhook-deliveries/", "mailbox/", "summaries/"]:
            answer = api.get(door)
            text = answer.content.decode()
            if door in doors:
                assert answer.status_code in (403, 404), (who, door)
            for word in (SECRET, "Marisol", hook.url, "evil.example"):
                assert word not in text, (who, door)
        said = api.post(f"mailbox/conversations/{theirs.pk}/replies/", {"body": "x", "seen": 1})
        assert said.status_code in (403, 404), who
        marked = api.post("mailbox/mark/", {"items": items, "mark": "archive"})
        assert marked.status_code == 403 or marked.json() == {"marked": 0}, who
    own = program(world, "agent")
    person = world.people["harbor.manager"].pk
    more = {"body": "x", "seen": 1, "author": person, "team": 1}
    assert own.post(f"mailbox/conversations/{theirs.pk}/replies/", more).status_code == 400
    assert own.post("mailbox/mark/", {"items": items, "mark": "delete"}).status_code == 400
    world.enter()
    assert theirs.messages.count() == 1
    assert not Item.objects.filter(pk__in=items, archived_at__isnull=False).exists()


# --- Words to many --------------------------------------------------------------------------


def test_who_changes_an_approved_briefing_cannot_approve_it_again(world: World) -> None:
    hire(world, WRITER, COLLEAGUE, "agency.manager")
    briefing = approve(world, write(world))
    second, first = world.actor(COLLEAGUE), world.actor(WRITER)
    with time_machine.travel(NOW, tick=False):
        changed = briefings.change_briefing(
            actor=second, briefing=briefing, expected_version=briefing.version, title="Mine now"
        )
        for actor in (first, second):
            with pytest.raises(Refused):
                briefings.approve_briefing(
                    actor=actor, briefing=changed, expected_version=changed.version
                )
        with pytest.raises(Refused):
            briefings.schedule_briefing(actor=first, briefing=changed)
    # Neither do pages and programs know a way around.
    client = browser(world, COLLEAGUE)
    client.post(reverse("briefings:approve", args=[briefing.pk]), {"version": changed.version})
    client.post(reverse("briefings:send", args=[briefing.pk]), {"send_at": ""})
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"/api/v1/briefings/{briefing.pk}/", {"state": "approved"})
        assert answer.status_code in (401, 403, 404, 405)
    world.enter()
    changed.refresh_from_db(fields=["state"])
    assert changed.state == BriefingState.DRAFT


def test_no_page_changes_anything_without_its_own_form(world: World, mailbox: Mailbox) -> None:
    client = browser(world, "admin", enforce_csrf_checks=True)
    doors = [
        reverse("briefings:mail"),
        reverse("channels:preferences"),
        reverse("channels:rules"),
        reverse("channels:webhooks"),
        reverse("inbound:mailbox"),
        reverse("inbound:secret"),
        reverse("mailbox:mark"),
        reverse("mailbox:settings"),
        reverse("notifications:outbox-again"),
        reverse("notifications:notice-new"),
    ]
    assert {client.post(door).status_code for door in doors} == {403}
    world.enter()
    assert not Notice.objects.exists()
    assert not Bell.objects.filter(text__gt="").exists()
    # The two doors without a form take nothing that is not signed.
    for door in ("/briefings/stop/x:y:z/", f"/inbound/take/{mailbox.public_id}/"):
        assert client.post(door, b"x", content_type="text/plain").status_code == 404
