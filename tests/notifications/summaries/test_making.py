"""Who gets which summary, exactly once (SM-01…SM-03, N-01…N-03, decisions 18 and 23)."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import date, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from notifications.drain import drain_outbox
from notifications.mailbox.models import Item
from notifications.models import MailMessage
from notifications.summaries import making
from notifications.summaries.making import SUBJECTS, make_summaries
from notifications.summaries.models import Alert, Summary, SummaryDay
from notifications.summaries.rules import forget_old_summaries, set_rules
from portal.casework.models import OutboxMessage
from portal.tenancy import services
from portal.tenancy.actor import NotAllowed
from portal.tenancy.models import Membership, Role
from tests.book import ground
from tests.notifications.summaries.ground import TODAY, at, begin, given, make, subjects_of
from tests.world import World, build_world

TOMORROW = TODAY + timedelta(days=1)
ENROLLERS = ("agent", "agent2b", "agent1", "cec")
LEADS = ("agency.manager", "entity.contact")


def hire(world: World, *keys: str) -> None:
    for key in keys:
        world.person(key)


def test_sm_03_the_four_subjects_are_exactly_these() -> None:
    assert set(SUBJECTS) == {
        "Daily Summary",
        "Daily Manager Summary",
        "No Alerts Daily Summary",
        "No Alerts Daily Manager Summary",
    }


def test_sm_03_every_enroller_gets_a_summary_every_day_even_with_zero_alerts(world: World) -> None:
    hire(world, *ENROLLERS, *LEADS)
    for day in (TODAY, TOMORROW):
        make(world, day)
        for key in ENROLLERS:
            assert subjects_of(world, key, day) == ["No Alerts Daily Summary"]


def test_sm_02_managers_and_primary_contacts_get_both(world: World) -> None:
    hire(world, *LEADS)
    make(world)
    for key in LEADS:
        assert subjects_of(world, key) == [
            "No Alerts Daily Manager Summary",
            "No Alerts Daily Summary",
        ]


def test_decision_18_admin_staff_offices_and_the_exchange_s_own_people_get_none(
    world: World,
) -> None:
    hire(world, "admin1", "admin2", "osd.staff")
    make(world)
    told = set(Summary.objects.values_list("person__email", flat=True))
    assert {email.partition("@")[0] for email in told} == {"agent", "agency.manager"}


def test_decision_23_the_manager_s_is_daily_manager_summary_when_any_team_member_has_an_alert(
    world: World,
) -> None:
    hire(world, "agent2b", "harbor.manager")
    ground.enroll(given_consumer := given(world, "agent2b"), updates_pending=True)
    counts = make(world)
    assert subjects_of(world, "agent2b") == ["Daily Summary"]
    assert subjects_of(world, "agent") == ["No Alerts Daily Summary"]
    assert subjects_of(world, "agency.manager") == [
        "Daily Manager Summary",
        "No Alerts Daily Summary",
    ]
    assert "Daily Manager Summary" not in subjects_of(world, "harbor.manager")
    assert Alert.objects.get().consumer_id == given_consumer.pk
    assert counts.as_dict() == {
        "Daily Summary": 1,
        "Daily Manager Summary": 1,
        "No Alerts Daily Summary": 3,
        "No Alerts Daily Manager Summary": 1,
        "days": 1,
        "alerts": 1,
        "late": 0,
    }


def test_a_consumer_given_to_the_organization_alone_is_in_the_manager_s_only(world: World) -> None:
    ground.enroll(given(world, "agent", named=False), updates_pending=True)
    make(world)
    assert subjects_of(world, "agent") == ["No Alerts Daily Summary"]
    assert "Daily Manager Summary" in subjects_of(world, "agency.manager")


def test_who_works_in_two_organizations_gets_one_summary_of_both(world: World) -> None:
    services.add_membership(
        actor=world.system,
        person=world.person("agent"),
        organization=world.organization("harbor"),
        role_key="agency_manager",
    )
    ground.enroll(given(world, "agent"), updates_pending=True)
    make(world)
    mine = Summary.objects.filter(person=world.person("agent"))
    assert {summary.kind: summary.alerts for summary in mine} == {"own": 1, "manager": 0}


def test_an_exchange_without_the_module_makes_none(world: World) -> None:
    world.exchange.modules = []
    assert not make(world).subjects


def test_sm_01_each_summary_lies_in_the_mailbox_and_one_mail_says_only_that(world: World) -> None:
    consumer = given(world, "agent")
    ground.enroll(consumer, updates_pending=True)
    make(world)
    for summary in Summary.objects.all():
        item = Item.objects.get(kind="summary", source_id=summary.pk)
        assert (item.person_id, item.subject) == (summary.person_id, summary.subject)
    drain_outbox(exchange=world.exchange, now=at(TODAY))
    mails = MailMessage.objects.filter(key__startswith="summary.")
    assert Counter(mail.person_id for mail in mails) == {
        world.person("agent").pk: 1,
        world.person("agency.manager").pk: 2,
    }
    for mail in mails:
        text = mail.subject + mail.body
        assert "Secure Mailbox" in text
        assert "No Alerts" not in text
        for secret in (consumer.full_name, consumer.case_number, consumer.email, "Updates"):
            assert secret not in text


def test_who_has_left_or_leads_no_more_since_gets_no_mail(world: World) -> None:
    make(world)
    Membership.objects.filter(pk=world.memberships["agent"].pk).update(is_active=False)
    role = Role.objects.get(exchange=world.exchange, key="agent_level_1")
    Membership.objects.filter(pk=world.memberships["agency.manager"].pk).update(role=role)
    drain_outbox(exchange=world.exchange, now=at(TODAY))
    assert list(MailMessage.objects.values_list("key", flat=True)) == ["summary.own"]


def test_before_five_nothing_is_made_and_afterwards_once(world: World) -> None:
    assert not make(world, TODAY, hour=4).days
    assert make(world, TODAY, hour=5).days == 1
    again = make(world, TODAY, hour=6)
    assert not any(again.as_dict().values())
    assert SummaryDay.objects.count() == 1


def test_missed_days_are_made_late_and_marked_so_with_a_mail_for_the_latest_alone(
    world: World,
) -> None:
    begin(world, TODAY - timedelta(days=4))
    ground.enroll(given(world, "agent"), status="pending", status_since=TODAY - timedelta(days=9))
    counts = make(world)
    assert (counts.days, counts.late) == (4, 9)
    late = Summary.objects.filter(is_late=True).values_list("local_date", flat=True)
    assert set(late) == {TODAY - timedelta(days=number) for number in (1, 2, 3)}
    # Day 7 was missed, and is told of on its own day's summary.
    assert Alert.objects.get().local_date == TODAY - timedelta(days=2)
    told = OutboxMessage.objects.filter(key__startswith="summary.")
    ids = [message.data["summary"] for message in told]
    assert set(Summary.objects.filter(pk__in=ids).values_list("local_date", flat=True)) == {TODAY}
    assert len(ids) == 3


def test_a_worker_that_wakes_before_five_makes_up_for_yesterday_and_mails_of_it(
    world: World,
) -> None:
    begin(world, TODAY - timedelta(days=2))
    counts = make(world, TODAY, hour=3)
    assert (counts.days, counts.late) == (1, 3)
    assert OutboxMessage.objects.filter(key__startswith="summary.").count() == 3


def test_after_a_month_without_a_worker_fourteen_days_are_made_up_for(world: World) -> None:
    begin(world, TODAY - timedelta(days=30))
    assert make(world).days == 14


def test_what_was_settled_since_is_in_no_summary_that_is_made_up_for(world: World) -> None:
    begin(world, TODAY - timedelta(days=3))
    ground.notice(
        given(world),
        code="RFI1",
        needs_action=True,
        generated_on=TODAY - timedelta(days=3),
        resolved_on=TODAY,
    )
    make(world)
    assert not Alert.objects.exists()


def test_the_hour_is_the_exchange_s_own_to_set(world: World) -> None:
    admin = world.actor("admin")
    set_rules(actor=admin, from_time=time(10, 30), keep_days=400)
    assert not make(world, TODAY, hour=10).days
    assert make(world, TODAY, hour=11).days == 1
    with pytest.raises(NotAllowed):
        set_rules(actor=world.actor("agency.manager"), from_time=time(1), keep_days=400)


def test_the_day_is_that_of_the_exchange_s_zone(world: World, other_world: World) -> None:
    other_world.exchange.time_zone = "America/New_York"
    other_world.exchange.save()
    now = at(TODAY, 2)  # five in New York
    assert not make_summaries(exchange=world.exchange, now=now).days
    assert make_summaries(exchange=other_world.exchange, now=now).days == 1
    assert not Summary.objects.filter(exchange=world.exchange).exists()


def test_a_day_takes_as_many_statements_for_a_dozen_alerts_as_for_one(world: World) -> None:
    def statements(day: date) -> int:
        with CaptureQueriesContext(connection) as captured:
            make(world, day)
        return len(captured)

    ground.enroll(given(world), updates_pending=True)
    one = statements(TODAY)
    for _ in range(11):
        ground.enroll(given(world), updates_pending=True)
    assert statements(TOMORROW) == one


def test_people_beyond_one_batch_get_theirs_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(world, *ENROLLERS, *LEADS)
    monkeypatch.setattr(making, "BATCH", 2)
    assert make(world).subjects.total() == 8


def test_old_summaries_go_with_their_entries_after_the_exchange_s_days(world: World) -> None:
    ground.enroll(given(world), updates_pending=True)
    make(world)
    kept = TODAY + timedelta(days=400)
    assert forget_old_summaries(exchange=world.exchange, now=at(kept)) == 0
    for back in range(1, 14):
        begin(world, kept - timedelta(days=back))
    make(world, kept)
    assert forget_old_summaries(exchange=world.exchange, now=at(kept + timedelta(days=1))) == 3
    world.enter()
    assert set(Summary.objects.values_list("local_date", flat=True)) == {kept}
    assert set(Alert.objects.values_list("local_date", flat=True)) == {kept}
    assert Item.objects.filter(kind="summary").count() == 3


def test_the_command_prints_counts_by_subject(world: World) -> None:
    def run(**options: Any) -> dict[str, int]:
        out = StringIO()
        call_command("send_daily_summaries", now=at(TODAY), stdout=out, **options)
        found: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
        return found

    first = run(exchange=world.exchange.slug)
    assert {subject: first[subject] for subject in SUBJECTS} == {
        "Daily Summary": 0,
        "Daily Manager Summary": 0,
        "No Alerts Daily Summary": 2,
        "No Alerts Daily Manager Summary": 1,
    }
    assert not any(run().values())
    with pytest.raises(CommandError):
        run(exchange="nowhere")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_every_summary_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "BATCH", 1)
    with transaction.atomic():
        world = build_world()
        hire(world, *ENROLLERS, *LEADS)
        ground.enroll(given(world), updates_pending=True)
        ground.enroll(given(world), status="canceled", status_since=TODAY)
    start, made = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        made.append(make_summaries(exchange=world.exchange, now=at(TODAY)))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with transaction.atomic():
        world.enter()
        assert sum(counts.subjects.total() for counts in made) == 8
        assert sum(counts.alerts for counts in made) == Alert.objects.count() == 2
        assert Summary.objects.count() == Item.objects.count() == 8
        assert OutboxMessage.objects.filter(key__startswith="summary.").count() == 8
