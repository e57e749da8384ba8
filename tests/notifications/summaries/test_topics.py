"""Which lines stand in which day's summaries (SM-04, decisions 13 and 24)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from notifications.summaries.models import Alert, Summary, SummaryDay
from notifications.summaries.topics import topics_on
from portal.consumers import book
from portal.consumers.models import Enrollment
from tests.book import ground
from tests.notifications.summaries.ground import TODAY, begin, days, given, make, topics
from tests.world import World


def test_sm_04_a_pending_binder_payment_is_told_on_day_0_7_and_14_while_it_is_pending(
    world: World,
) -> None:
    enrollment = ground.enroll(given(world), status="pending", status_since=TODAY)
    told = []
    for day in days(TODAY, 21):
        if day == TODAY + timedelta(days=15):
            enrollment.status, enrollment.status_since = "enrolled", day
            enrollment.save()
        make(world, day)
        if topics(day)["Binder Payment Pending"]:
            told.append((day - TODAY).days)
    assert told == [0, 7, 14]


def test_sm_04_sm_07_a_consent_is_told_on_8_1_9_1_and_10_1_only(world: World) -> None:
    ground.consent(given(world), date(2025, 12, 31))
    for first in (date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 30)):
        SummaryDay.objects.all().delete()  # the weeks between are none that were missed
        for day in days(first, 3):
            make(world, day)
    told = [alert.local_date for alert in Alert.objects.order_by("local_date")]
    assert told == [date(2025, 8, 1), date(2025, 9, 1), date(2025, 10, 1)]


def test_sm_04_a_consent_that_reaches_into_the_coming_plan_year_is_not_told(world: World) -> None:
    ground.consent(given(world), date(2026, 1, 1))
    ground.consent(lapsed := given(world), date(2023, 6, 30))
    make(world, date(2025, 8, 1))
    assert [alert.consumer_id for alert in Alert.objects.all()] == [lapsed.pk]


def test_sm_04_requested_actions_are_told_daily_until_resolved_one_line_a_consumer(
    world: World,
) -> None:
    asked = given(world)
    notices = [
        ground.notice(asked, code="RFI1", needs_action=True, generated_on=TODAY) for _ in range(2)
    ]
    counted = []
    for number, day in enumerate(days(TODAY, 6)):
        if number >= 3:
            notices[number % 2].resolved_on = day
            notices[number % 2].save()
        make(world, day)
        counted.append(topics(day)["Actions Requested for Consumer"])
    assert counted == [1, 1, 1, 1, 0, 0]


def test_sm_04_a_nod_notice_is_told_once_when_it_is_generated(world: World) -> None:
    begin(world, TODAY - timedelta(days=1))
    asked = given(world)
    for code in ("NOD12", "CalNOD62A", "RFI1"):
        ground.notice(asked, code=code, generated_on=TODAY)
    counted = []
    for day in days(TODAY, 4):
        make(world, day)
        counted.append(topics(day)["NOD Notice"])
    assert counted == [2, 0, 0, 0]


def test_a_notice_the_feed_brings_late_is_still_told_and_an_old_one_is_not(world: World) -> None:
    asked = given(world)
    ground.notice(asked, generated_on=TODAY - timedelta(days=13))
    ground.notice(asked, generated_on=TODAY - timedelta(days=14))
    make(world)
    assert topics() == {"NOD Notice": 1}


@pytest.mark.parametrize(
    ("status", "topic"),
    [("canceled", "Enrollment Canceled"), ("terminated", "Enrollment Terminated")],
)
def test_sm_04_an_ended_enrollment_is_told_once_and_again_after_a_reinstatement(
    world: World, status: str, topic: str
) -> None:
    enrollment = ground.enroll(given(world), status=status, status_since=TODAY)
    told = []
    for number, day in enumerate(days(TODAY, 10)):
        if number in (3, 6):
            enrollment.status = "enrolled" if number == 3 else status
            enrollment.status_since = day
            enrollment.save()
        make(world, day)
        if topics(day)[topic]:
            told.append(number)
    assert told == [0, 6]


def test_sm_04_medicare_is_told_daily_from_the_birthday_until_the_coverage_ends(
    world: World,
) -> None:
    born = date(TODAY.year - 65, TODAY.month, TODAY.day + 2)
    enrollment = ground.enroll(given(world, date_of_birth=born))
    told = []
    for number, day in enumerate(days(TODAY, 6)):
        if number == 4:
            Enrollment.objects.filter(pk=enrollment.pk).update(status="terminated")
        make(world, day)
        if topics(day)["Medicare Aged Out"]:
            told.append(number)
    assert told == [2, 3]
    alert = Alert.objects.filter(topic="medicare_aged_out").latest("pk")
    assert alert.happened_on == TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(1960, 2, 29), date(2025, 3, 1)),
        (date(1959, 3, 1), date(2024, 3, 1)),
        (date(1960, 2, 28), date(2025, 2, 28)),
    ],
)
def test_who_was_born_on_february_29_comes_of_age_on_march_1(
    world: World, born: date, birthday: date
) -> None:
    ground.enroll(given(world, date_of_birth=born), plan_year=birthday.year)
    make(world, birthday - timedelta(days=1))
    assert not topics(birthday - timedelta(days=1))
    make(world, birthday)
    assert Alert.objects.get().happened_on == birthday


def test_coverage_of_a_past_plan_year_is_no_reason_to_speak_of_medicare(world: World) -> None:
    consumer = given(world, date_of_birth=date(1950, 1, 1))
    ground.enroll(consumer, plan_year=2024)
    ground.enroll(consumer, plan_year=2025, effective_to=TODAY - timedelta(days=1))
    ground.enroll(consumer, plan_year=2025, product="dental")
    make(world)
    assert not topics()


def test_sm_04_pending_updates_are_told_daily_until_resolved(world: World) -> None:
    enrollment = ground.enroll(given(world), updates_pending=True)
    counted = []
    for number, day in enumerate(days(TODAY, 4)):
        if number == 2:
            Enrollment.objects.filter(pk=enrollment.pk).update(updates_pending=False)
        make(world, day)
        counted.append(topics(day)["Enrollment Updates Pending"])
    assert counted == [1, 1, 0, 0]


def test_a_consumer_nobody_works_for_is_in_no_summary(world: World) -> None:
    ground.enroll(ground.consumer(world), status="pending", status_since=TODAY)
    make(world)
    assert not topics()


def test_sm_04_a_year_of_days_sends_exactly_what_the_table_says(world: World) -> None:
    """Everything at once, with a clock that moves through a leap day and both clock changes."""
    first = date(2027, 10, 4)
    begin(world, first - timedelta(days=1))
    pending = ground.enroll(given(world), status="pending", status_since=first)
    asked = ground.notice(given(world), code="RFI1", needs_action=True, generated_on=first)
    ground.notice(given(world), generated_on=date(2027, 12, 31))
    ended = ground.enroll(given(world), status="canceled", status_since=date(2028, 2, 29))
    ground.enroll(given(world), status="terminated", status_since=date(2028, 3, 1))
    ground.enroll(given(world, date_of_birth=date(1963, 6, 10)), plan_year=2028)
    updated = ground.enroll(given(world), updates_pending=True)
    ground.consent(given(world), date(2028, 9, 15))
    changes = {
        date(2027, 11, 30): lambda: Enrollment.objects.filter(pk=pending.pk).update(
            status="enrolled", status_since=date(2027, 11, 30)
        ),
        date(2028, 4, 1): lambda: (
            type(asked).objects.filter(pk=asked.pk).update(resolved_on=date(2028, 4, 1))
        ),
        date(2028, 5, 1): lambda: Enrollment.objects.filter(pk=updated.pk).update(
            updates_pending=False
        ),
        date(2028, 7, 4): lambda: Enrollment.objects.filter(pk=ended.pk).update(
            status="enrolled", status_since=date(2028, 7, 4)
        ),
        date(2028, 8, 20): lambda: Enrollment.objects.filter(pk=ended.pk).update(
            status="canceled", status_since=date(2028, 8, 20)
        ),
    }
    told: defaultdict[str, list[date]] = defaultdict(list)
    for day in days(first, 365):
        changes.get(day, int)()
        assert make(world, day).days == 1, day
    for alert in Alert.objects.order_by("local_date"):
        told[alert.get_topic_display()].append(alert.local_date)
    summaries = Summary.objects.filter(person=world.person("agent"))
    assert len({summary.local_date for summary in summaries}) == len(summaries) == 365
    assert dict(told) == {
        "Binder Payment Pending": [first + timedelta(days=7 * week) for week in range(9)],
        "Actions Requested for Consumer": days(first, (date(2028, 4, 1) - first).days),
        "NOD Notice": [date(2027, 12, 31)],
        "Enrollment Canceled": [date(2028, 2, 29), date(2028, 8, 20)],
        "Enrollment Terminated": [date(2028, 3, 1)],
        "Medicare Aged Out": days(date(2028, 6, 10), (date(2028, 10, 3) - date(2028, 6, 10)).days),
        "Enrollment Updates Pending": days(first, (date(2028, 5, 1) - first).days),
        "Consent Valid Thru": [date(2028, 8, 1), date(2028, 9, 1), date(2028, 10, 1)],
    }


def test_a_year_without_a_feed_tells_consents_on_three_days() -> None:
    counted = Counter(topic for day in days(date(2027, 1, 1), 365) for topic in topics_on(day))
    assert counted.pop("consent_valid_thru") == 3
    assert list(counted.values()) == [365] * 7


def test_a_consumer_who_changed_hands_is_told_to_whoever_has_them_now(world: World) -> None:
    moved = given(world, "agent")
    ground.enroll(moved, updates_pending=True)
    make(world)
    ground.delegate(world, moved, "harbor.agent")
    make(world, TODAY + timedelta(days=1))
    book.end_delegation(actor=world.system, consumer=moved, ended_by="consumer")
    make(world, TODAY + timedelta(days=2))
    told = Alert.objects.order_by("local_date").values_list("enroller", flat=True)
    assert list(told) == [world.person("agent").pk, world.person("harbor.agent").pk]
