"""The ways mail comes in: a mail server, a webhook, an operator's file (EA-02, drill 7)."""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from notifications.inbound import imap
from notifications.inbound.filing import file_waiting
from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.services import receive_mail
from notifications.inbound.signatures import SIGNATURE, TIMESTAMP, TOLERANCE, sign
from portal.tenancy.scope import use_exchange
from tests.notifications.inbound.corpus import ODD_MAILS
from tests.notifications.inbound.ground import constituent_cases, letter, mailbox_of, take
from tests.world import NOW, World, build_world

SECRET = "a secret of the provider"
AT = int(NOW.timestamp())


@dataclass
class Server:
    """A small mail server: enough IMAP for one mailbox, and faults on demand."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    moved: dict[int, str] = field(default_factory=dict)
    validity: int = 7
    #: What it does instead of answering this command, once.
    drops_at: str = ""
    delay: float = 0.0
    has_move: bool = True
    port: int = 0
    commands: list[str] = field(default_factory=list)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Server = self.server.state  # type: ignore[attr-defined]
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            command = rest.removeprefix("UID ").split(" ")[0].upper()
            server.commands.append(command)
            time.sleep(server.delay)
            if server.drops_at == command:
                server.drops_at = ""
                return
            answer = self.answer(server, command, rest)
            self.say(f"{tag} {answer}")
            if command == "LOGOUT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def answer(self, server: Server, command: str, rest: str) -> str:
        match command:
            case "CAPABILITY":
                self.say(f"* CAPABILITY IMAP4rev1{' MOVE' if server.has_move else ''}")
            case "LOGIN":
                return "OK in" if '"right"' in rest else "NO wrong"
            case "SELECT":
                self.say(f"* {len(server.mails)} EXISTS")
                self.say(f"* OK [UIDVALIDITY {server.validity}] x")
            case "SEARCH":
                return self.search(server, rest)
            case "FETCH":
                return self.fetch(server, rest)
            case "STORE":
                server.seen.add(int(rest.split()[2]))
            case "MOVE" | "COPY":
                uid, folder = rest.split()[2:4]
                server.moved[int(uid)] = folder.strip('"')
                if command == "MOVE":
                    del server.mails[int(uid)]
        return "OK done"

    def search(self, server: Server, rest: str) -> str:
        found = [uid for uid in sorted(server.mails) if uid not in server.seen]
        if above := re.search(r"UID (\d+):\*", rest.removeprefix("UID ")):
            # As servers do: the last one is named even where it is not above.
            last = max(server.mails, default=0)
            found = [u for u in sorted(server.mails) if u >= int(above[1]) or u == last]
        self.say(f"* SEARCH {' '.join(map(str, found))}")
        return "OK done"

    def fetch(self, server: Server, rest: str) -> str:
        uid = int(rest.split()[2])
        content = server.mails.get(uid)
        if content is None:
            return "OK done"
        if "RFC822.SIZE" in rest:
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)})")
            return "OK done"
        if part := re.search(r"<0\.(\d+)>", rest):
            content = content[: int(part[1])]
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode())
        self.wfile.write(content + b")\r\n")
        return "OK done"


@contextmanager
def imap_server(*mails: bytes) -> Iterator[Server]:
    """A mail server on a free port, in this process."""
    state = Server(mails=dict(enumerate(mails, start=1)))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.state = state  # type: ignore[attr-defined]
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()


def connect(world: World, server: Server, **fields: Any) -> Mailbox:
    given = {"host": "127.0.0.1", "port": server.port, "use_tls": False} | fields
    return mailbox_of(world, **({"username": "ea", "password": "right"} | given))


def fetch(world: World) -> imap.FetchCounts:
    counts = imap.fetch_exchange(exchange=world.exchange, now=NOW)
    world.enter()
    return counts


def contents(*texts: str) -> list[bytes]:
    return [letter(text).as_bytes() for text in texts]


# --- IMAP ------------------------------------------------------------------------------------


def test_EA_02_new_mail_is_kept_and_then_marked_as_read(world: World) -> None:
    with imap_server(*contents("one", "two")) as server:
        mailbox = connect(world, server)
        counts = fetch(world)
        assert (counts.fetched, counts.known, counts.failed) == (2, 0, 0)
        assert server.seen == {1, 2}
        assert "FETCH" in server.commands
        assert fetch(world).fetched == 0
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, mailbox.uid_validity, mailbox.last_error) == (2, 7, "")


def test_a_mail_is_marked_only_after_its_bytes_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: Any) -> None:
        raise OSError("the disk is full")

    with imap_server(*contents("one")) as server:
        connect(world, server)
        with monkeypatch.context() as patch:
            patch.setattr(imap, "receive_mail", breaks)
            assert fetch(world).failed == 1
        assert server.seen == set()
        assert fetch(world).fetched == 1


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_server_that_drops_the_line_loses_and_doubles_nothing(world: World, command: str) -> None:
    with imap_server(*contents("one", "two")) as server:
        mailbox = connect(world, server)
        server.drops_at = command
        assert fetch(world).failed == 1
        fetch(world)
        mailbox.refresh_from_db()
        assert mailbox.last_error == ""
    assert RawMail.objects.count() == 2


def test_a_server_that_never_answers_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", 0.3)
    with imap_server(*contents("one")) as server:
        connect(world, server)
        server.delay = 2
        began = time.monotonic()
        assert fetch(world).failed == 1
        assert time.monotonic() - began < 10


def test_mail_that_a_person_has_read_is_fetched_all_the_same(world: World) -> None:
    with imap_server(*contents("one")) as server:
        connect(world, server)
        fetch(world)
        (server.mails[2],) = contents("two")
        server.seen.add(2)
        assert fetch(world).fetched == 1


def test_a_mailbox_that_was_made_anew_gives_nothing_twice(world: World) -> None:
    with imap_server(*contents("one", "two")) as server:
        connect(world, server)
        fetch(world)
        server.validity, server.seen = 8, set()
        counts = fetch(world)
        assert (counts.fetched, counts.known) == (0, 2)


@pytest.mark.parametrize("has_move", [True, False])
def test_mail_is_moved_where_a_folder_is_named(world: World, has_move: bool) -> None:
    with imap_server(*contents("one")) as server:
        server.has_move = has_move
        connect(world, server, done_folder="Taken in")
        # The small server splits at spaces; a name without one is enough here.
        Mailbox.objects.update(done_folder="Taken")
        fetch(world)
        assert server.moved == {1: "Taken"}


def test_a_wrong_password_is_said_by_its_kind_alone(world: World) -> None:
    with imap_server() as server:
        mailbox = connect(world, server, password="wrong")
        assert fetch(world).failed == 1
    mailbox.refresh_from_db()
    assert mailbox.last_error == "error"


def test_of_a_mail_that_is_too_large_the_beginning_is_fetched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_BYTES", 1_000)
    monkeypatch.setattr("notifications.inbound.services.MAX_BYTES", 1_000)
    with imap_server(*contents("x" * 5_000)) as server:
        connect(world, server)
        fetch(world)
    mail = RawMail.objects.get()
    assert (mail.state, mail.sealed) == ("refused", None)
    assert mail.size > 5_000


# --- Webhook ---------------------------------------------------------------------------------


def post(mailbox: Mailbox, body: bytes, **more: Any) -> int:
    at = more.get("at", AT)
    secret = more.get("secret", SECRET)
    headers = {
        TIMESTAMP: str(at),
        SIGNATURE: more.get("signature", sign(secret=secret, timestamp=at, body=body)),
    }
    response = Client(enforce_csrf_checks=True).post(
        reverse("inbound:take", args=[more.get("public_id", mailbox.public_id)]),
        body,
        content_type="message/rfc822",
        headers=headers,
    )
    return response.status_code


@pytest.fixture
def hooked(world: World) -> Mailbox:
    return mailbox_of(world, webhook_secret=SECRET)


def test_EA_02_a_provider_hands_mail_over_signed(world: World, hooked: Mailbox) -> None:
    body = letter().as_bytes()
    assert post(hooked, body) == 202
    world.enter()
    mail = RawMail.objects.get()
    assert (mail.door, mail.state) == ("webhook", "received")


def test_drill_7_a_mail_handed_over_again_is_kept_once(world: World, hooked: Mailbox) -> None:
    body = letter().as_bytes()
    assert [post(hooked, body, at=AT + number) for number in range(5)] == [202] * 5
    world.enter()
    assert RawMail.objects.count() == 1


def test_a_mail_larger_than_forms_may_be_is_taken(world: World, hooked: Mailbox) -> None:
    assert post(hooked, letter("x" * 3_000_000).as_bytes()) == 202


def test_a_mail_that_is_too_large_is_refused_before_anything_else(
    world: World, hooked: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.inbound.views.webhook.MAX_BYTES", 10)
    assert post(hooked, b"x" * 11) == 413
    assert post(hooked, b"x" * 11, public_id=uuid.uuid4()) == 413


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another"},
        {"signature": ""},
        {"signature": "é" * 64},
        {"at": AT - TOLERANCE - 1},
        {"at": AT + TOLERANCE + 1},
        {"public_id": uuid.uuid4()},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same_404(
    world: World, hooked: Mailbox, wrong: dict[str, Any]
) -> None:
    if wrong.get("signature", "").isascii():
        assert post(hooked, b"x", **wrong) == 404
    world.enter()
    assert not RawMail.objects.exists()


def test_a_mailbox_without_a_secret_or_switched_off_takes_nothing(
    world: World, hooked: Mailbox
) -> None:
    Mailbox.objects.update(webhook_secret="")
    assert post(hooked, b"x", secret="") == 404
    world.enter()
    hooked.webhook_secret, hooked.is_active = SECRET, False
    hooked.save()
    assert post(hooked, b"x") == 404


def test_the_webhook_is_only_posted_to(world: World, hooked: Mailbox) -> None:
    assert Client().get(reverse("inbound:take", args=[hooked.public_id])).status_code == 405


# --- Operators, and what holds for every door ------------------------------------------------


def test_every_odd_mail_is_kept_and_ends_on_a_desk_or_a_case(world: World, tmp_path: Path) -> None:
    mailbox_of(world)
    paths = []
    chosen = {k: v for k, v in ODD_MAILS.items() if len(v) < 200_000}
    for number, content in enumerate(chosen.values()):
        paths.append(tmp_path / f"{number}.eml")
        paths[-1].write_bytes(content)
    out = StringIO()
    call_command(
        "take_in_mail", *map(str, paths), "--exchange", world.exchange.slug, now=NOW, stdout=out
    )
    counts = json.loads(out.getvalue().splitlines()[-1])
    world.enter()
    assert counts["taken"] + counts["known"] == len(chosen)
    assert counts["retried"] == 0
    assert not RawMail.objects.filter(state="received").exists()
    assert not RawMail.objects.filter(reason="failed").exists()
    assert constituent_cases(world) == []


def test_fetch_mail_counts_what_it_did_and_fails_where_a_server_does(world: World) -> None:
    out = StringIO()
    with imap_server(*contents("one")) as server:
        connect(world, server)
        call_command("fetch_mail", now=NOW, stdout=out)
        counts = json.loads(out.getvalue().splitlines()[-1])
        assert (counts["fetched"], counts["filed"], counts["failed"]) == (1, 1, 0)
        server.drops_at = "LOGIN"
        with pytest.raises(CommandError):
            call_command("fetch_mail", now=NOW, stdout=StringIO())


def test_drill_7_the_database_itself_keeps_a_mail_once(world: World) -> None:
    mail = take(world, mailbox_of(world), letter())
    mail.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        mail.save(force_insert=True)


def _at_once(work: Callable[[], Any], workers: int) -> list[Any]:
    """What each of some threads, begun at the same moment, came to."""
    start = threading.Barrier(workers)

    def begin() -> Any:
        try:
            start.wait(30)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return [one.result(60) for one in [pool.submit(begin) for _ in range(workers)]]


@pytest.mark.django_db(transaction=True)
def test_drill_7_five_copies_at_the_same_moment_filed_by_two_workers_are_one_case() -> None:
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        world = build_world()
        mailbox = mailbox_of(world)
        world.person("office.staff")
    content = letter().as_bytes()

    def hand_over() -> bool:
        with use_exchange(world.exchange):
            taken = receive_mail(mailbox=mailbox, content=content, door="imap", now=NOW)
        return taken.is_new

    assert sorted(_at_once(hand_over, 5)) == [False] * 4 + [True]
    counts = _at_once(lambda: file_waiting(exchange=world.exchange, now=NOW), 2)
    assert sorted(count.filed for count in counts) == [0, 1]
    assert len(constituent_cases(world)) == 1


def test_the_bytes_of_a_mail_are_sealed(world: World) -> None:
    mail = take(world, mailbox_of(world), letter("Her diagnosis is a secret."))
    stored = bytes(RawMail.objects.get(pk=mail.pk).sealed)
    assert b"diagnosis" not in stored
