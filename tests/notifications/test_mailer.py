"""Mail against a real server that refuses, stalls and hangs up: nothing lost, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from email.message import Message
from itertools import chain, count
from typing import Any

import pytest
from django.test import override_settings

from escalations.constituent import services as constituent
from escalations.releases import digital
from escalations.releases.models import DigitalRelease
from notifications import claims, mailer, services
from notifications.drain import drain_outbox
from notifications.mail_rows import EMPTIED, PATIENCE
from notifications.mailer import LEASE, MailCounts, send_mails
from notifications.models import Bell, MailMessage
from notifications.smtp import Delivery, Outcome, SmtpSession
from notifications.work import work_off
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from portal.tenancy.services import end_membership, set_person_active
from tests.notifications.ground import Sink, case_of_office, forget_messages, message
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)


def _acknowledged(world: World) -> list[MailMessage]:
    """Two waiting mails to one office."""
    case = case_of_office(world)
    forget_messages(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    drain_outbox(exchange=world.exchange, now=NOW)
    mails = list(MailMessage.objects.order_by("pk"))
    assert len(mails) == 2
    return mails


def _send(world: World, now: Any = NOW, **options: Any) -> MailCounts:
    counts = send_mails(exchange=world.exchange, now=now, **options)
    world.enter()
    return counts


def _states() -> list[str]:
    return list(MailMessage.objects.order_by("pk").values_list("state", flat=True))


def test_a_mail_arrives_once_with_the_headers_of_a_machine(world: World, sink: Sink) -> None:
    mails = _acknowledged(world)
    assert _send(world).sent == 2
    assert _send(world, NOW + timedelta(hours=2)) == MailCounts()
    assert sorted(sink.ids) == sorted(mail.rfc_message_id for mail in mails)
    assert set(sink.recipients) == {mail.to for mail in mails}
    first = sink.accepted[0]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["From"] == "no-reply@liaison.example"
    assert first.get_content_type() == "text/plain"


def test_a_message_id_is_the_same_however_often_it_is_written_and_tells_nothing(
    world: World,
) -> None:
    before = {mail.to: mail.rfc_message_id for mail in _acknowledged(world)}
    MailMessage.objects.all().delete()
    OutboxMessage.objects.update(state="waiting", next_attempt_at=NOW)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert {mail.to: mail.rfc_message_id for mail in MailMessage.objects.all()} == before
    assert all(value.endswith("@liaison.example>") for value in before.values())


def test_a_server_that_is_down_is_asked_once_a_minute_and_nothing_is_lost(world: World) -> None:
    _acknowledged(world)
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=1, EMAIL_TIMEOUT=2):
        assert _send(world).later == 1
        assert _send(world, NOW + timedelta(seconds=30)) == MailCounts()
        assert _send(world, NOW + 2 * MINUTE).later == 1
    assert _states() == ["waiting", "waiting"]


def test_a_temporary_refusal_waits_longer_each_time_up_to_an_hour(world: World, sink: Sink) -> None:
    _acknowledged(world)
    MailMessage.objects.exclude(pk=MailMessage.objects.order_by("pk")[0].pk).delete()
    sink.mode = "busy"
    now, waits = NOW, []
    for _ in range(9):
        assert _send(world, now).later == 1
        mail = MailMessage.objects.get()
        waits.append(round((mail.next_attempt_at - now) / MINUTE))
        now = mail.next_attempt_at + timedelta(seconds=1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert mail.last_error == "SMTP 451"
    sink.mode = "accept"
    assert _send(world, now).sent == 1
    assert len(sink.accepted) == 1


def test_after_a_day_of_refusals_a_mail_is_left_to_an_operator(world: World, sink: Sink) -> None:
    _acknowledged(world)
    sink.mode = "busy"
    assert _send(world, NOW + timedelta(hours=PATIENCE)).failed == 2
    assert _states() == ["failed", "failed"]
    drain_outbox(exchange=world.exchange, now=NOW + timedelta(hours=25))
    world.enter()
    assert Bell.objects.filter(key="outbox.parked", person=world.people["admin"]).count() == 2


@pytest.mark.parametrize(("mode", "code"), [("refuse", "550"), ("refuse content", "554")])
def test_a_final_refusal_is_not_tried_again(world: World, sink: Sink, mode: str, code: str) -> None:
    _acknowledged(world)
    sink.mode = mode
    assert _send(world).failed == 2
    sink.mode = "accept"
    assert _send(world, NOW + timedelta(days=1)) == MailCounts()
    assert not sink.accepted
    assert MailMessage.objects.first().last_error == f"SMTP {code}"  # type: ignore[union-attr]


def test_a_refusal_of_one_mail_does_not_hold_up_the_next(world: World, sink: Sink) -> None:
    _acknowledged(world)
    refused_once: list[bool] = []

    async def refuse_first(
        server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not refused_once:
            refused_once.append(True)
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    sink.handle_RCPT = refuse_first  # type: ignore[method-assign]
    counts = _send(world)
    assert (counts.failed, counts.sent) == (1, 1)


def test_a_link_that_breaks_before_the_content_is_tried_again(world: World, sink: Sink) -> None:
    _acknowledged(world)
    sink.mode = "hang up early"
    assert _send(world).later == 2
    sink.mode = "accept"
    assert _send(world, NOW + 2 * MINUTE).sent == 2
    assert len(sink.accepted) == len(set(sink.ids)) == 2


@pytest.mark.parametrize("mode", ["hang up late", "fall silent"])
def test_a_link_that_breaks_after_the_content_is_parked_and_never_resent_by_itself(
    world: World, sink: Sink, mode: str
) -> None:
    mails = _acknowledged(world)
    sink.mode = mode
    assert _send(world, limit=1).uncertain == 1
    sink.mode = "accept"
    assert _send(world, NOW + timedelta(days=2)).sent == 1
    assert sorted(_states()) == ["parked", "sent"]
    assert sorted(sink.ids) == sorted(mail.rfc_message_id for mail in mails)


def test_a_mail_whose_sender_died_before_the_content_is_sent_by_the_next(
    world: World, sink: Sink
) -> None:
    _acknowledged(world)

    class Died(BaseException):
        """What SIGKILL looks like from inside."""

    class Dying(SmtpSession):
        def deliver(self, **_: Any) -> Delivery:
            raise Died

    with pytest.raises(Died):
        _send(world, limit=1, session=Dying)
    world.enter()
    assert _send(world, NOW + timedelta(seconds=30)).sent == 1
    assert _send(world, NOW + LEASE + MINUTE).sent == 1
    assert len(set(sink.ids)) == 2


def test_a_mail_whose_sender_died_after_the_content_is_parked(world: World, sink: Sink) -> None:
    mail = _acknowledged(world)[0]
    MailMessage.objects.filter(pk=mail.pk).update(
        state="sending", attempts=1, lease_until=NOW + LEASE
    )
    assert _send(world, NOW + MINUTE).sent == 1
    counts = _send(world, NOW + LEASE + MINUTE)
    assert (counts.uncertain, counts.sent) == (1, 0)
    mail.refresh_from_db()
    assert mail.state == "parked"
    assert "interrupted" in mail.last_error


def test_a_sender_that_was_overtaken_sends_nothing(world: World, sink: Sink) -> None:
    _acknowledged(world)

    class Overtaken(SmtpSession):
        def deliver(self, **options: Any) -> Delivery:
            MailMessage.objects.update(attempts=7)
            return super().deliver(**options)

    assert _send(world, limit=1, session=Overtaken).sent == 0
    assert not sink.accepted


def test_a_reader_switched_off_between_drain_and_sending_gets_nothing(
    world: World, sink: Sink
) -> None:
    _acknowledged(world)
    set_person_active(
        actor=world.actor("admin"), person=world.people["office.staff"], is_active=False
    )
    end_membership(actor=world.actor("admin"), membership=world.memberships["office.manager"])
    counts = _send(world)
    assert (counts.withheld, counts.sent) == (2, 0)
    assert not sink.accepted
    assert _states() == ["dropped", "dropped"]


def test_a_mail_is_due_in_the_round_that_wrote_it_however_slow_the_drain_was(
    world: World, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    readings = chain([0.0, 60.0], count(60.0, 0.001))  # a minute passes before the first claim
    monkeypatch.setattr(claims, "monotonic", lambda: next(readings))
    assert work_off(exchange=world.exchange, now=NOW)["sent"] == 2


def test_a_lease_taken_late_in_a_long_round_is_as_long_as_any(
    world: World, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    _acknowledged(world)
    readings = count(0.0, 600.0)  # ten minutes pass before each claim
    monkeypatch.setattr(claims, "monotonic", lambda: next(readings))
    leases: list[Any] = []

    class Looking(SmtpSession):
        def deliver(self, **options: Any) -> Delivery:
            leases.append(MailMessage.objects.get(lease_until__isnull=False).lease_until)
            return super().deliver(**options)

    assert _send(world, session=Looking).sent == 2
    assert leases == [NOW + 10 * MINUTE + LEASE, NOW + 20 * MINUTE + LEASE]


def test_without_a_mail_server_mail_is_kept_for_the_demonstration(world: World) -> None:
    _acknowledged(world)
    assert _send(world).sent == 2
    assert set(MailMessage.objects.values_list("last_error", flat=True)) == {mailer.KEPT_HERE}


def test_an_operator_sends_a_parked_mail_again_under_the_same_message_id(
    world: World, sink: Sink
) -> None:
    _acknowledged(world)
    sink.mode = "hang up late"
    _send(world, limit=1)
    parked = MailMessage.objects.get(state="parked")
    with pytest.raises(NotAllowed):
        services.resend_mail(actor=world.actor("ea.lead"), mail=parked)
    services.resend_mail(actor=world.actor("admin"), mail=parked)
    sink.mode = "accept"
    _send(world)
    assert sink.ids.count(parked.rfc_message_id) == 2
    assert LedgerEntry.objects.filter(action="notifications.resent").count() == 1
    parked.refresh_from_db()
    with pytest.raises(Refused):
        services.resend_mail(actor=world.actor("admin"), mail=parked)


def test_what_comes_back_from_a_server_is_never_kept_word_for_word(
    world: World, sink: Sink
) -> None:
    _acknowledged(world)
    sink.mode = "refuse"
    _send(world)
    assert not MailMessage.objects.filter(last_error__contains="mailbox").exists()


def test_dots_and_letters_beyond_ascii_survive_the_way(world: World, sink: Sink) -> None:
    services.change_template(
        actor=world.actor("admin"),
        key="constituent.acknowledged",
        subject="¡Recibido! {number}",
        body=".\n..two\nñandú {number}\n.",
    )
    _acknowledged(world)
    _send(world, limit=1)
    mail = sink.accepted[0]
    text = _text(mail)
    assert text.startswith(".\n..two\nñandú EA-")
    assert str(mail["Subject"]).startswith("¡Recibido!")


def _text(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def _requested(world: World) -> DigitalRelease:
    case = case_of_office(world)
    forget_messages(world)
    return digital.request_signature(
        actor=world.actor("ea.analyst"), case=case, contact="canary@inbox.example"
    )


def test_link_and_passcode_reach_the_constituent_and_are_then_forgotten(
    world: World, sink: Sink
) -> None:
    request = _requested(world)
    token = request.sealed_token
    digital.send_passcode(digital=request)
    request.refresh_from_db()
    passcode = request.sealed_passcode
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    for mail in MailMessage.objects.all():
        assert mail.to == "c…@inbox.example"
        assert token not in mail.body
        assert passcode not in mail.body
    assert _send(world).sent == 2
    assert sink.recipients == ["canary@inbox.example"] * 2
    sent = "".join(_text(mail) for mail in sink.accepted)
    assert f"/{token}/" in sent
    assert f"Your passcode is {passcode}." in sent
    request.refresh_from_db()
    assert (request.sealed_token, request.sealed_passcode) == ("", "")
    assert {mail.body for mail in MailMessage.objects.all()} == {EMPTIED}


def test_a_link_that_was_withdrawn_meanwhile_is_not_sent(world: World, sink: Sink) -> None:
    request = _requested(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    digital.decline(digital=request)
    assert _send(world).withheld == 1
    assert not sink.accepted


def test_a_mail_that_carried_a_secret_cannot_be_sent_again(world: World, sink: Sink) -> None:
    _requested(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sink.mode = "refuse"
    _send(world)
    mail = MailMessage.objects.get()
    assert (mail.state, mail.body) == ("failed", EMPTIED)
    with pytest.raises(Refused):
        services.resend_mail(actor=world.actor("admin"), mail=mail)


def test_outcomes_are_told_apart_by_the_step_that_failed(sink: Sink) -> None:
    wanted = {
        "accept": Outcome.ACCEPTED,
        "busy": Outcome.LATER,
        "refuse": Outcome.REFUSED,
        "refuse content": Outcome.REFUSED,
        "hang up early": Outcome.LATER,
        "hang up late": Outcome.UNKNOWN,
        "mumble": Outcome.UNKNOWN,
        "accept otherwise": Outcome.ACCEPTED,
    }
    for mode, outcome in wanted.items():
        sink.mode = mode
        with SmtpSession() as session:
            delivery = session.deliver(
                sender="a@liaison.example",
                to="b@office.example",
                content=b"Subject: x\r\n\r\nx\r\n",
                before_content=lambda: True,
            )
        assert delivery.outcome is outcome, mode


def test_a_message_that_no_one_may_get_is_dropped_without_a_mail(world: World) -> None:
    forget_messages(world)
    lost = message(world, "release.link", None, data={"digital_release": 0})
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    lost.refresh_from_db()
    assert lost.state == OutboxMessage.State.DROPPED
    assert not MailMessage.objects.exists()
