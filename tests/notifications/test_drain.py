"""From outbox to bells and mails: exactly once, only to those who may be told now."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connections, transaction
from django.test import override_settings
from django.utils.crypto import get_random_string
from guardian.shortcuts import assign_perm

from escalations.constituent import services as constituent
from escalations.constituent.models import ReferralContact
from escalations.releases.models import Release
from notifications import catalogue, claims, drain, tasks
from notifications.catalogue import Channel, Circle
from notifications.drain import drain_outbox
from notifications.models import Bell, MailMessage
from notifications.work import work_off
from portal.casework.common_acts import add_note, assign_case, take_case
from portal.casework.models import Case, OutboxMessage
from portal.tenancy.services import end_membership, set_person_active
from portal.ui import live
from tests.escalations.releases.ground import valid_release
from tests.notifications.ground import (
    CANARIES,
    CANARY_TEXTS,
    case_of_office,
    forget_messages,
    message,
)
from tests.world import NOW, World, build_world

LATER = NOW + timedelta(hours=1)
#: Messages to whoever opened the case, and to those a note names.
NOT_BY_THE_OPENER = frozenset({"case.mentioned", "ticket.returned"})

#: Said only while a release form is in force.
OF_A_VALID_FORM = frozenset({"release.valid", "release.expiring"})


def _drain(world: World, now: Any = NOW) -> drain.DrainCounts:
    counts = drain_outbox(exchange=world.exchange, now=now)
    world.enter()
    return counts


def _told(key: str) -> set[str]:
    return set(Bell.objects.filter(key=key).values_list("person__full_name", flat=True))


def test_the_office_is_told_by_mail_and_bell_that_its_case_was_received_EA_08(
    world: World,
) -> None:
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    _drain(world)
    assert _told("constituent.acknowledged") == {"Office Staff", "Office Manager"}
    mails = MailMessage.objects.filter(key="constituent.acknowledged")
    assert {mail.to for mail in mails} == {
        world.people["office.staff"].email,
        world.people["office.manager"].email,
    }
    assert all(case.number in mail.subject for mail in mails)
    assert all(world.exchange.contact_email in mail.body for mail in mails)


def test_external_affairs_is_told_of_a_new_case_C_1_1(world: World) -> None:
    case_of_office(world)
    _drain(world)
    assert _told("constituent.received") == {"Ea Analyst", "Ea Lead"}


def test_a_referral_carries_the_contact_of_the_right_entity_EA_17(world: World) -> None:
    contact = ReferralContact.objects.create(
        exchange=world.exchange,
        kind="regulator",
        name="Department of Managed Health Care",
        phone="(916) 555-0100",
        url="https://regulator.example",
    )
    case = case_of_office(world)
    analyst = world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.refer_out(case=case, actor=analyst, contact=contact, reason="canary-reason")
    _drain(world)
    mail = MailMessage.objects.filter(key="constituent.referred").first()
    assert mail is not None
    assert "Department of Managed Health Care\n(916) 555-0100\nhttps://regulator" in mail.body
    assert "canary" not in mail.body


def test_draining_twice_tells_nobody_twice(world: World) -> None:
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    _drain(world)
    before = (Bell.objects.count(), MailMessage.objects.count())
    OutboxMessage.objects.update(state="waiting", next_attempt_at=NOW, attempts=0)
    assert _drain(world).done > 0
    assert (Bell.objects.count(), MailMessage.objects.count()) == before


def test_somebody_switched_off_between_act_and_drain_is_not_told(world: World) -> None:
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    set_person_active(
        actor=world.actor("admin"), person=world.people["office.staff"], is_active=False
    )
    _drain(world)
    assert _told("constituent.acknowledged") == {"Office Manager"}


def test_somebody_who_left_the_unit_is_not_told_of_an_assignment(world: World) -> None:
    case = case_of_office(world)
    assign_case(case=case, actor=world.actor("ea.lead"), person=world.people["ea.analyst"])
    forgotten = OutboxMessage.objects.get(key="case.assigned")
    end_membership(actor=world.actor("admin"), membership=world.memberships["ea.analyst"])
    _drain(world)
    forgotten.refresh_from_db()
    assert forgotten.state == OutboxMessage.State.DROPPED
    assert not Bell.objects.filter(key="case.assigned").exists()
    assert not MailMessage.objects.filter(key="case.assigned").exists()


def test_an_office_without_anybody_who_signs_in_is_told_at_its_own_address_EA_02(
    world: World,
) -> None:
    office = world.organizations["assembly-13"]
    office.email = "district13@assembly.example"
    office.save(update_fields=["email"])
    case = case_of_office(world)
    for key in ("office.manager", "office.staff", "office.staff2"):
        end_membership(actor=world.system, membership=world.memberships[key])
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    _drain(world)
    mails = MailMessage.objects.filter(key="constituent.acknowledged")
    assert [mail.to for mail in mails] == ["district13@assembly.example"]


def test_nobody_is_told_of_what_they_did_themselves(world: World) -> None:
    constituent.submit_case(
        actor=world.actor("ea.analyst"), office=world.organizations["assembly-13"], **CANARIES
    )
    _drain(world)
    assert _told("constituent.received") == {"Ea Lead"}


def test_a_mention_rings_the_bell_of_the_colleague_alone(world: World) -> None:
    case = case_of_office(world)
    forget_messages(world)
    add_note(
        case=case,
        actor=world.actor("ea.analyst"),
        body="canary-note",
        mentions=[world.people["ea.lead"], world.people["office.staff"]],
    )
    _drain(world)
    assert _told("case.mentioned") <= {"Ea Lead", "Office Staff"}
    assert "Ea Lead" in _told("case.mentioned")


def test_a_watcher_is_told_of_every_transition_and_nobody_else_is(world: World) -> None:
    case = case_of_office(world)
    assign_perm("watch_case", world.people["ea.lead"], case)
    analyst = world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.begin_review(case=case, actor=analyst)
    take_case(case=case, actor=analyst)  # no transition
    _drain(world)
    assert _told("case.changed") == {"Ea Lead"}
    assert Bell.objects.filter(key="case.changed").count() == 2


def test_a_breach_is_told_to_owner_and_lead_and_a_warning_to_the_owner_N_21(world: World) -> None:
    case = case_of_office(world)
    take_case(case=case, actor=world.actor("ea.analyst"))
    message(world, "sla.warning", case)
    message(world, "sla.breach", case)
    _drain(world)
    assert _told("sla.warning") == {"Ea Analyst"}
    assert _told("sla.breach") == {"Ea Analyst", "Ea Lead"}


def test_a_message_of_one_exchange_reaches_nobody_of_another(
    world: World, other_world: World
) -> None:
    case_of_office(world)
    drain_outbox(exchange=other_world.exchange, now=NOW)
    drain_outbox(exchange=world.exchange, now=NOW)
    other_world.enter()
    assert not Bell.objects.exists()
    world.enter()
    people = set(Bell.objects.values_list("person_id", flat=True))
    assert people
    assert not people & {person.pk for person in other_world.people.values()}


#: What is said about a case; the catalogue's own tests hold the variables of everything else.
_ABOUT_CASES = [
    kind
    for kind in catalogue.all_kinds()
    if kind.circle in (Circle.OFFICE, Circle.STAFF) and "number" in kind.variables
]


@pytest.mark.parametrize("kind", _ABOUT_CASES, ids=lambda kind: kind.key)
def test_no_message_gives_away_anything_of_the_case_EA_19_X_02(
    world: World, kind: catalogue.MessageKind
) -> None:
    case = case_of_office(world)
    event = case.events.first()
    assign_perm("watch_case", world.people["ea.lead"], case)
    add_note(
        case=case,
        actor=world.actor("ea.analyst"),
        body="canary-note",
        mentions=[world.people["ea.lead"]],
    )
    noted = case.events.get(verb="note")
    if kind.key in OF_A_VALID_FORM:
        valid_release(world, case)
    forget_messages(world)
    message(
        world,
        kind.key,
        case,
        recipient=world.people["ea.analyst"],
        # Nobody is told of what they did themselves: whoever opened the case wrote the first event.
        data={"event": noted.pk if kind.key in NOT_BY_THE_OPENER else event.pk},
    )
    assert _drain(world).done == 1
    assert Bell.objects.exists(), "nobody was told, so nothing was proven"
    mails = list(MailMessage.objects.all())
    assert bool(mails) == (Channel.MAIL in kind.channels)
    for mail in mails:
        text = f"{mail.subject}\n{mail.body}\n{mail.rfc_message_id}"
        for canary in CANARY_TEXTS:
            assert canary not in text


def test_the_task_works_off_the_outbox_though_no_cache_takes_its_pulse(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_of_office(world)
    monkeypatch.setattr(live, "_silent_until", 0.0)
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    with override_settings(CACHES={"default": away}):
        tasks.drain_outbox()
    world.enter()
    assert _told("constituent.received")
    assert not OutboxMessage.objects.filter(state="waiting").exists()


def test_whose_share_of_the_time_is_over_takes_up_nothing_more(world: World) -> None:
    case_of_office(world)
    work_off(exchange=world.exchange, now=NOW, share=timedelta(0))
    world.enter()
    waiting = OutboxMessage.objects.filter(state="waiting")
    assert waiting.exists()
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    work_off(exchange=world.exchange, now=NOW, share=timedelta(minutes=1))
    world.enter()
    assert not waiting.exists()


def test_a_poison_message_is_parked_after_three_attempts_and_blocks_nobody(
    world: World,
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    poison = message(world, "no.such.message", case)
    good = message(world, "constituent.received", case)
    assert _drain(world).retried == 1
    good.refresh_from_db()
    assert good.state == OutboxMessage.State.DONE
    _drain(world, NOW + timedelta(minutes=5))
    parked = _drain(world, NOW + timedelta(minutes=15))
    assert parked.parked == 1
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (OutboxMessage.State.PARKED, 3)
    assert poison.last_error == "KeyError"
    _drain(world, NOW + timedelta(minutes=30))
    assert _told("outbox.parked") == {"Admin"}


def test_a_message_that_kills_its_worker_each_time_is_parked(world: World) -> None:
    case = case_of_office(world)
    forget_messages(world)
    killer = message(world, "constituent.received", case, attempts=drain.MAX_ATTEMPTS)
    assert _drain(world).parked == 1
    killer.refresh_from_db()
    assert killer.state == OutboxMessage.State.PARKED
    assert not Bell.objects.filter(key="constituent.received").exists()


def test_a_claim_that_was_taken_over_does_nothing_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.received", case)
    handle = drain._handle

    def overtaken(*args: Any) -> None:
        OutboxMessage.objects.update(attempts=2, lease_until=LATER)
        handle(*args)

    monkeypatch.setattr(drain, "_handle", overtaken)
    counts = _drain(world)
    assert (counts.done, counts.bells) == (0, 0)


def test_a_round_takes_up_what_was_due_when_it_began_and_so_comes_to_an_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.received", case)
    later = message(world, "constituent.received", case)
    OutboxMessage.objects.filter(pk=later.pk).update(next_attempt_at=NOW + timedelta(seconds=1))
    readings = count(0.0, 600.0)  # ten minutes pass before each claim
    monkeypatch.setattr(claims, "monotonic", lambda: next(readings))
    assert _drain(world).done == 1
    assert _drain(world, NOW + timedelta(seconds=1)).done == 1


def test_a_drain_needs_an_instant_with_a_time_zone(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        drain_outbox(exchange=world.exchange, now=NOW.replace(tzinfo=None))


@pytest.mark.django_db(transaction=True)
def test_two_drains_at_once_share_the_work_and_tell_everybody_once() -> None:
    with time_machine.travel(NOW, tick=False):
        with transaction.atomic():
            world = build_world(f"exchange-{get_random_string(6).lower()}")
            case = Case.objects.get(pk=case_of_office(world).pk)
            forget_messages(world)
            sent = [message(world, "constituent.received", case).pk for _ in range(30)]
        totals: list[drain.DrainCounts] = []
        barrier = threading.Barrier(3)

        def work() -> None:
            barrier.wait()
            totals.append(drain_outbox(exchange=world.exchange, now=NOW))
            connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(counts.done for counts in totals) == len(sent)
        with transaction.atomic():
            world.enter()
            rung = Counter(Bell.objects.values_list("message_id", "person_id"))
            assert len(rung) == len(sent) * 2
            assert set(rung.values()) == {1}


def test_an_override_is_put_to_a_second_person_and_never_to_who_asked_EA_22(world: World) -> None:
    case = case_of_office(world)
    release = Release.objects.create(
        exchange=world.exchange,
        case=case,
        office=world.organizations["assembly-13"],
        channel="recorded",
        state="override_asked",
        override_asked_by=world.people["ea.lead"],
    )
    message(world, "release.override_asked", case, data={"release": release.pk})
    _drain(world)
    told = _told("release.override_asked")
    assert "Ea Lead" not in told
    release.override_asked_by = None
    release.save()
    message(world, "release.override_asked", case, data={"release": release.pk})
    _drain(world)
    assert "Ea Lead" in _told("release.override_asked")
