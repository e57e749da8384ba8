"""Who is told by which channel: what is required, fixed, chosen and the default, in that order."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import product

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from notifications.catalogue import all_kinds, get
from notifications.channels import rules, services
from notifications.channels.choices import ChannelRule, Preference, Way
from notifications.channels.groups import GROUPS, group_named, group_of, ways_of
from notifications.drain import drain_outbox
from notifications.mailbox.models import Item
from notifications.mailer import send_mails
from notifications.models import Bell, MailMessage
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.notifications.ground import Sink, case_of_office, forget_messages, message
from tests.retention.ground import open_crw
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

STAFF = "office.staff"
ANSWERS = group_named("answers")


def _choose(world: World, key: str, group: str, way: Way, is_on: bool) -> None:
    services.choose_channels(actor=world.actor(key), choices={(group, way): is_on})


def _update(world: World) -> None:
    """An update for the office, which has two people to tell."""
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.updated", case)


def test_every_message_has_one_group_and_every_group_a_channel() -> None:
    known = {group.key for group in GROUPS}
    assert {group_of(kind).key for kind in all_kinds()} <= known
    for kind in all_kinds():
        assert not kind.is_secret or group_of(kind).key == "security", kind.key


@pytest.mark.parametrize("key", ["release.deficient", "account.changed", "delegation.passcode"])
def test_releases_security_and_passcodes_cannot_be_switched_off(key: str) -> None:
    assert {Way.BELL, Way.MAIL} <= group_of(get(key)).required


def test_who_switched_mail_off_still_hears_the_bell(world: World, sink: Sink) -> None:
    _update(world)
    _choose(world, STAFF, "answers", Way.MAIL, False)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    rung = set(Bell.objects.values_list("person__email", flat=True))
    mailed = set(MailMessage.objects.values_list("to", flat=True))
    assert rung - mailed == {world.people[STAFF].email}


def test_who_wants_it_in_the_mailbox_finds_it_there_and_reads_it(
    world: World, client: Client
) -> None:
    case = open_crw(world)
    forget_messages(world)
    world.enter()
    message(world, "retention.reopened", case)
    _choose(world, "agent", "renewals", Way.MAILBOX, True)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    item = Item.objects.get(kind="notification")
    assert item.person == world.people["agent"]
    client.force_login(world.people["agent"])
    answer = client.get(f"/messages/told/{item.source_id}/")
    assert case.number in answer.content.decode()
    world.enter()
    assert Item.objects.get(pk=item.pk).read_at is not None
    client.force_login(world.people["agency.manager"])
    assert client.get(f"/messages/told/{item.source_id}/").status_code == 404


def test_who_has_no_mailbox_is_not_offered_it(world: World) -> None:
    with pytest.raises(ValidationError):
        _choose(world, STAFF, "answers", Way.MAILBOX, True)


def test_mail_switched_off_after_it_was_written_is_not_sent(world: World, sink: Sink) -> None:
    _update(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    _choose(world, STAFF, "answers", Way.MAIL, False)
    counts = send_mails(exchange=world.exchange, now=NOW)
    assert counts.withheld == 1
    assert world.people[STAFF].email not in sink.recipients


def test_who_wants_to_be_told_nowhere_counts_as_told(world: World) -> None:
    _update(world)
    for key, way in product([STAFF, "office.manager"], [Way.BELL, Way.MAIL]):
        _choose(world, key, "answers", way, False)
    counts = drain_outbox(exchange=world.exchange, now=NOW)
    assert (counts.done, counts.dropped, counts.bells, counts.mails) == (1, 0, 0, 0)


def test_an_exchanges_default_holds_for_whoever_has_not_chosen(world: World) -> None:
    services.set_rules(
        actor=world.actor("admin"),
        defaults={("answers", Way.MAIL): False},
        fixed={},
    )
    people = [world.people[STAFF].pk, world.people["office.manager"].pk]
    wants = rules.wanting
    assert not wants(people, exchange=world.exchange, group=ANSWERS, way=Way.MAIL)
    _choose(world, STAFF, "answers", Way.MAIL, True)
    assert wants(people, exchange=world.exchange, group=ANSWERS, way=Way.MAIL) == {people[0]}


def test_what_an_exchange_fixed_nobody_chooses_otherwise(world: World) -> None:
    _choose(world, STAFF, "answers", Way.MAIL, False)
    pair = ("answers", Way.MAIL)
    services.set_rules(actor=world.actor("admin"), defaults={pair: True}, fixed={pair: True})
    person = world.people[STAFF].pk
    assert rules.wants(person, get("ticket.resolved"), Way.MAIL, exchange=world.exchange)
    with pytest.raises(ValidationError):
        _choose(world, STAFF, "answers", Way.MAIL, False)


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("key", ["releases", "security", "urgent"])
def test_required_channels_are_refused_to_people_and_exchanges(
    world: World, key: str, is_on: bool
) -> None:
    if is_on:
        _choose(world, STAFF, key, Way.MAIL, True)  # it is on already
        assert not Preference.objects.exists()
        return
    with pytest.raises(ValidationError):
        _choose(world, STAFF, key, Way.MAIL, False)
    with pytest.raises(ValidationError):
        services.set_rules(actor=world.actor("admin"), defaults={(key, Way.MAIL): False}, fixed={})


def test_sql_for_crowds_says_the_same_as_the_question_for_one(world: World) -> None:
    """Every standing a group and a channel can have: rule, fixed, preference."""
    person = world.people[STAFF]
    states = [None, True, False]
    for group, way in product([ANSWERS, group_named("deadlines")], Way):
        for rule, is_fixed, own in product(states, [False, True], states):
            ChannelRule.objects.all().delete()
            Preference.objects.all().delete()
            here = {"exchange": world.exchange, "group": group.key, "way": way, "changed_at": NOW}
            if rule is not None:
                ChannelRule.objects.create(**here, is_on=rule, is_fixed=is_fixed)
            if own is not None:
                Preference.objects.create(**here, person=person, is_on=own)
            sql = rules.wants_sql(group=group.key, way=way, exchange="%(e)s", person="%(p)s")
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {sql}", {"e": world.exchange.pk, "p": person.pk})
                in_sql = cursor.fetchone()[0]
            asked = rules.wanting([person.pk], exchange=world.exchange, group=group, way=way)
            standing = rules.standing_of(exchange=world.exchange, person_id=person.pk)
            shown = standing[group.key, way].is_on
            assert in_sql == bool(asked) == shown, (group.key, way, rule, is_fixed, own)


def test_who_changed_a_rule_is_on_the_record(world: World) -> None:
    pair = ("work", Way.MAIL)
    services.set_rules(actor=world.actor("admin"), defaults={pair: False}, fixed={})
    entry = LedgerEntry.objects.filter(action="channels.rules_set").latest("pk")
    assert (entry.actor_id, entry.data) == (world.people["admin"].pk, {"work.mail": "off"})
    with pytest.raises(NotAllowed):
        services.set_rules(actor=world.actor(STAFF), defaults={pair: True}, fixed={})


def test_pages_keep_what_was_ticked(world: World, client: Client) -> None:
    client.force_login(world.people[STAFF])
    assert client.get("/account/channels/").status_code == 200
    shown = [
        f"{group.key}.{way.value}"
        for group in GROUPS
        for way in ways_of(group, has_mailbox=True)
        if way is not Way.MAILBOX and way not in group.required
    ]
    client.post("/account/channels/", {"on": [name for name in shown if name != "answers.mail"]})
    world.enter()
    assert list(Preference.objects.values_list("group", "way", "is_on")) == [
        ("answers", "mail", False)
    ]
    client.force_login(world.people["admin"])
    assert client.get("/messages/channels/").status_code == 200
    client.post("/messages/channels/", {"on": shown, "fixed": ["work.mail"]})
    world.enter()
    assert ChannelRule.objects.get().is_fixed


def _night(world: World) -> None:
    services.set_quiet_hours(actor=world.actor("admin"), starts=time(9), ends=time(11))


def test_mail_of_quiet_hours_leaves_when_they_end_and_bells_ring_at_once(
    world: World, sink: Sink
) -> None:
    _update(world)
    _night(world)  # NOW is 10:20
    drain_outbox(exchange=world.exchange, now=NOW)
    counts = send_mails(exchange=world.exchange, now=NOW)
    world.enter()
    assert (counts.sent, len(sink.accepted), Bell.objects.count()) == (0, 0, 2)
    assert not MailMessage.objects.filter(attempts__gt=0).exists(), "waiting is no attempt"
    end = NOW + timedelta(minutes=40)
    assert set(MailMessage.objects.values_list("next_attempt_at", flat=True)) == {end}
    with time_machine.travel(end, tick=False):
        assert send_mails(exchange=world.exchange, now=end).sent == 2


def test_urgent_mail_does_not_wait(world: World, sink: Sink) -> None:
    case = case_of_office(world)
    forget_messages(world)
    message(world, "sla.breach", case)
    _night(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    assert send_mails(exchange=world.exchange, now=NOW).sent > 0


def test_a_mail_another_worker_holds_keeps_its_lease_through_quiet_hours(
    world: World, sink: Sink
) -> None:
    _update(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    _night(world)
    lease = NOW + timedelta(minutes=4)
    world.enter()
    MailMessage.objects.update(lease_until=lease, next_attempt_at=lease)
    send_mails(exchange=world.exchange, now=NOW)
    world.enter()
    assert set(MailMessage.objects.values_list("lease_until", flat=True)) == {lease}
