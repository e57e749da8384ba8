"""A constituent signs online: link, passcode, text, evidence (EA-21, EA-23; ASVS 6.5, 6.6)."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from escalations.releases import digital, evidence, gate, services
from escalations.releases.digital import Guess
from escalations.releases.models import DigitalRelease, Release
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.documents.services import open_document
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from portal.tenancy.scope import use_exchange
from tests.escalations.releases.ground import TICKED, TODAY, office_case
from tests.world import NOW, World, build_world

ADDRESS = "rosa@quintero.example"


@pytest.fixture
def sent(world: World) -> DigitalRelease:
    """A link on its way to the constituent."""
    return digital.request_signature(
        actor=world.actor("ea.analyst"), case=office_case(world), contact=ADDRESS
    )


def path_of(sent: DigitalRelease) -> str:
    link = digital.address_and_secret(sent).link
    return link[link.index("/release/") :]


def passcode_of(sent: DigitalRelease) -> str:
    sent.refresh_from_db()
    return digital.address_and_secret(sent).passcode


def wrong(passcode: str) -> str:
    return f"{(int(passcode) + 1) % 10**6:06d}"


def open_form(client: Client, sent: DigitalRelease) -> str:
    path = path_of(sent)
    client.post(path, {"step": "send"})
    client.post(path, {"step": "passcode", "passcode": passcode_of(sent)})
    return path


def test_the_queued_messages_hold_no_address_and_no_secret(sent: DigitalRelease) -> None:
    digital.send_passcode(digital=sent)
    rows = OutboxMessage.objects.filter(key__in=["release.link", "release.passcode"])
    assert rows.count() == 2
    for row in rows:
        assert row.data["digital_release"] == sent.pk
        assert ADDRESS not in str(row.data)
        assert passcode_of(sent) not in str(row.data)


def test_address_and_secrets_are_encrypted_and_forgotten_once_sent(sent: DigitalRelease) -> None:
    digital.send_passcode(digital=sent)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact, sealed_token, sealed_passcode, passcode_hash"
            " FROM releases_digitalrelease"
        )
        stored = " ".join(cursor.fetchone())
    passcode = passcode_of(sent)
    assert ADDRESS not in stored
    assert passcode not in stored
    assert hashlib.sha256(passcode.encode()).hexdigest() not in stored, "six digits need a key"
    digital.forget_secret(digital_release=sent, key="release.link")
    digital.forget_secret(digital_release=sent, key="release.passcode")
    sent.refresh_from_db()
    delivery = digital.address_and_secret(sent)
    assert (delivery.address, delivery.link, delivery.passcode) == (ADDRESS, "", "")


def test_until_the_passcode_is_right_the_page_names_office_and_exchange_only(
    client: Client, sent: DigitalRelease
) -> None:
    path = path_of(sent)
    for step in ({}, {"step": "send"}, {"step": "passcode", "passcode": "x"}, {"step": "sign"}):
        response = client.post(path, step, follow=True) if step else client.get(path)
        page = response.content.decode()
        assert "Assembly District 13" in page
        assert "Covered California" in page
        for secret in (sent.case.number, "Rosa", ADDRESS, "Coverage ended"):
            assert secret not in page


def test_the_page_keeps_its_address_to_itself_without_making_browsers_post_a_null_origin(
    client: Client, sent: DigitalRelease
) -> None:
    """A browser under "no-referrer" posts ``Origin: null``; under "strict-origin" its own."""
    response = client.get(path_of(sent))
    assert response["Referrer-Policy"] == "strict-origin"
    strict = Client(enforce_csrf_checks=True)
    token = strict.get(path_of(sent)).cookies[settings.CSRF_COOKIE_NAME].value
    for origin, status in (("null", 403), ("http://testserver", 200)):
        answer = strict.post(
            path_of(sent),
            {"step": "send", "csrfmiddlewaretoken": token},
            follow=True,
            headers={"origin": origin},
        )
        assert answer.status_code == status


def test_a_signed_release_is_received_and_counts_once_external_affairs_confirms(
    client: Client, world: World, sent: DigitalRelease
) -> None:
    path = open_form(client, sent)
    page = client.get(path).content.decode()
    assert "discuss specific details about my issue" in page
    assert sent.case.number in page
    response = client.post(
        path, {"step": "sign", "name": "Rosa  Quintero", "agrees": "on"}, follow=True
    )
    assert "You have signed" in response.content.decode()
    world.enter()
    release = Release.objects.get()
    assert (release.channel, release.state) == ("digital", "received")
    assert release.checklist == TICKED
    assert release.signed_on == TODAY
    staff = world.actor("office.staff")
    assert not gate.decide(actor=staff, case=sent.case).shows_details
    services.accept_release(
        actor=world.actor("ea.analyst"), release=release, **TICKED, signed_on=release.signed_on
    )
    assert gate.decide(actor=staff, case=sent.case).shows_details
    assert LedgerEntry.objects.filter(action="releases.signed", release_id=release.pk).exists()


def test_the_evidence_is_sealed_and_kept_as_a_document(
    client: Client, world: World, sent: DigitalRelease
) -> None:
    path = open_form(client, sent)
    client.post(path, {"step": "sign", "name": "Rosa Quintero", "agrees": "on"})
    world.enter()
    sent.refresh_from_db()
    facts = sent.evidence
    assert facts["name"] == "Rosa Quintero"
    assert facts["signed_at"] == "2025-11-05T18:20:00+00:00"
    assert facts["text_version"] == sent.text_version
    assert facts["case_number"] == sent.case.number
    assert evidence.seal(facts) == sent.evidence_sha256
    assert evidence.seal(facts | {"name": "Somebody Else"}) != sent.evidence_sha256
    document = Release.objects.get().document
    assert document is not None
    pdf = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(open_document(document))).pages
    )
    text = re.sub(r"\s+", "", pdf)
    assert "RosaQuintero" in text
    assert sent.evidence_sha256 in text


def test_a_link_works_once(client: Client, sent: DigitalRelease) -> None:
    path = open_form(client, sent)
    client.post(path, {"step": "sign", "name": "Rosa Quintero", "agrees": "on"})
    assert Client().get(path).status_code == 404


def test_a_constituent_may_decline_and_the_office_learns_nothing(
    client: Client, world: World, sent: DigitalRelease
) -> None:
    path = open_form(client, sent)
    response = client.post(path, {"step": "decline"}, follow=True)
    assert "You have not signed" in response.content.decode()
    world.enter()
    sent.refresh_from_db()
    assert sent.state == "declined"
    assert not Release.objects.exists()
    assert TimelineEvent.objects.get(verb="release_declined").audience == "internal"


@pytest.mark.parametrize(
    "post",
    [{"name": "", "agrees": "on"}, {"name": "Rosa"}, {"name": "123-45-6789", "agrees": "on"}],
)
def test_nothing_is_signed_without_name_and_tick_or_with_an_ssn(
    client: Client, sent: DigitalRelease, post: dict[str, str]
) -> None:
    path = open_form(client, sent)
    response = client.post(path, {"step": "sign", **post})
    assert "problem" in response.content.decode()
    assert "123-45-6789" not in response.content.decode()
    assert not Release.objects.exists()


def test_signing_needs_the_passcode_in_this_very_session(
    client: Client, sent: DigitalRelease
) -> None:
    path = open_form(client, sent)
    other = Client()
    other.post(path, {"step": "sign", "name": "Somebody", "agrees": "on"})
    other.post(path, {"step": "decline"})
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_every_dead_link_is_the_same_page(world: World, sent: DigitalRelease) -> None:
    path = path_of(sent)
    with time_machine.travel(NOW + timedelta(hours=72), tick=False):
        lapsed = Client().get(path)
    paths = ["/release/nonsense/", "/release/999999-abc/", f"{path[:-2]}x/", "/release/-/"]
    for response in (lapsed, *(Client().get(p) for p in paths)):
        assert response.status_code == 404
        assert _plain(response) == _plain(lapsed)


def _plain(response: Any) -> str:
    text = re.sub(
        r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', "", response.content.decode()
    )
    return re.sub(r"[0-9a-f-]{32,36}", "", text)


def test_a_passcode_works_for_ten_minutes_once_and_only_the_newest(sent: DigitalRelease) -> None:
    digital.send_passcode(digital=sent)
    first = passcode_of(sent)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert digital.check_passcode(digital=sent, passcode=first) is Guess.EXPIRED
    digital.send_passcode(digital=sent)
    second = passcode_of(sent)
    if first != second:
        assert digital.check_passcode(digital=sent, passcode=first) is Guess.WRONG
    assert (
        digital.check_passcode(digital=sent, passcode=f" {second[:3]} {second[3:]}") is Guess.RIGHT
    )
    assert digital.check_passcode(digital=sent, passcode=second) is Guess.EXPIRED


def test_three_passcodes_are_sent_at_most(client: Client, sent: DigitalRelease) -> None:
    path = path_of(sent)
    for _ in range(4):
        response = client.post(path, {"step": "send"}, follow=True)
    assert "the most for one link" in response.content.decode()
    assert OutboxMessage.objects.filter(key="release.passcode").count() == 3


def test_five_wrong_tries_over_all_passcodes_lock_the_link(sent: DigitalRelease) -> None:
    for _ in range(2):
        digital.send_passcode(digital=sent)
        for _ in range(2):
            guess = digital.check_passcode(digital=sent, passcode=wrong(passcode_of(sent)))
            assert guess is Guess.WRONG
    passcode = passcode_of(sent)
    assert digital.check_passcode(digital=sent, passcode=wrong(passcode)) is Guess.LOCKED
    assert digital.check_passcode(digital=sent, passcode=passcode) is Guess.LOCKED
    with pytest.raises(Refused):
        digital.send_passcode(digital=sent)


def test_a_new_link_ends_the_one_before(world: World, sent: DigitalRelease) -> None:
    again = digital.request_signature(actor=world.actor("ea.lead"), case=sent.case, contact=ADDRESS)
    assert Client().get(path_of(again)).status_code == 200
    world.enter()
    sent.refresh_from_db()
    assert (sent.state, sent.sealed_token) == ("withdrawn", "")


@pytest.mark.parametrize("who", ["office.staff", "eru.specialist", "privacy", "agent"])
def test_only_external_affairs_sends_links(world: World, who: str) -> None:
    case = office_case(world)
    with pytest.raises(NotAllowed):
        digital.request_signature(actor=world.actor(who), case=case, contact=ADDRESS)


def test_a_case_of_another_exchange_does_not_exist(world: World, other_world: World) -> None:
    case = office_case(world)
    with pytest.raises(Case.DoesNotExist):
        digital.request_signature(actor=other_world.actor("ea.lead"), case=case, contact=ADDRESS)


def test_an_address_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(ValidationError):
        digital.request_signature(
            actor=world.actor("ea.lead"), case=office_case(world), contact="916-555-0142"
        )


@pytest.fixture
def committed(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[DigitalRelease]:
    """A link whose passcode is out, visible to other connections."""
    from django.db import transaction

    with time_machine.travel(NOW, tick=True):
        with transaction.atomic():
            world = build_world()
            sent = digital.request_signature(
                actor=world.actor("ea.analyst"), case=office_case(world), contact=ADDRESS
            )
            sent = digital.send_passcode(digital=sent)
        yield sent


def test_of_a_hundred_guesses_at_once_five_are_processed(committed: DigitalRelease) -> None:
    guesses: list[Guess] = []
    bad = wrong(committed.sealed_passcode)

    def guess() -> None:
        try:
            with use_exchange(committed.exchange_id):
                guesses.append(digital.check_passcode(digital=committed, passcode=bad))
        finally:
            close_old_connections()
            connection.close()

    for _ in range(4):
        threads = [threading.Thread(target=guess) for _ in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(guesses) == 100
    assert guesses.count(Guess.WRONG) == 4
    with use_exchange(committed.exchange_id):
        committed.refresh_from_db()
        refused = LedgerEntry.objects.filter(
            action__in=["releases.passcode_refused", "releases.link_locked"]
        )
        assert refused.count() == 5
    assert (committed.wrong_tries, committed.state) == (5, "locked")
    assert timezone.now() < committed.expires_at
