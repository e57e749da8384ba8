"""The renewal feed: opened, scored, reopened and closed by what the file says (C.5, P8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.consumers import book
from portal.consumers.feeds import FeedRefused, RowRefused
from portal.ledger.models import LedgerEntry
from retention.feed import RENEWALS, parse_row
from retention.models import CrwCase, ResolutionReason
from retention.reasons import found_reasons
from tests.retention.consumers import add_consumer
from tests.retention.feeding import STEADY, feed, row
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)


@pytest.fixture(autouse=True)
def _reasons(world: World) -> None:
    found_reasons(exchange=world.exchange)


def _counts(applied: Any) -> tuple[int, int, int]:
    return applied.new, applied.changed, len(applied.refused)


def _only_case() -> Case:
    return Case.objects.select_related("crw__reason").get()


def _verbs(case: Case) -> list[str]:
    return list(TimelineEvent.objects.filter(case=case).values_list("verb", flat=True))


def test_crw_04_a_row_up_for_renewal_opens_a_case_with_the_feeds_risk(world: World) -> None:
    consumer = add_consumer(world)

    assert _counts(feed(world, [row(consumer, risk="5")])) == (1, 0, 0)

    crw = CrwCase.objects.get()
    assert (crw.consumer, crw.plan_year, crw.risk, crw.risk_source) == (consumer, 2026, 5, "feed")
    assert crw.deadline == date(2026, 1, 31)


def test_the_same_rows_again_change_nothing(world: World) -> None:
    rows = [row(add_consumer(world, number)) for number in range(5)]
    rows[4]["situation"] = "renewed"
    feed(world, rows)
    before = _everything()

    assert _counts(feed(world, rows, at=LATER)) == (0, 0, 0)
    assert _everything() == before


def _everything() -> list[Any]:
    models = (Case, CrwCase, TimelineEvent, OutboxMessage, LedgerEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_c5_row_8_a_changed_risk_is_a_line_on_the_timeline_and_one_that_stands_is_none(
    world: World,
) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer, risk="2")])

    assert _counts(feed(world, [row(consumer, risk="4")], at=LATER)) == (0, 1, 0)
    case = _only_case()
    event = case.events.get(verb="rescore")
    assert event.data == {"from": 2, "to": 4, "source": "feed"}
    assert (case.crw.risk, case.crw.scored_at, case.updated_at) == (4, LATER, LATER)
    assert not OutboxMessage.objects.exists()

    feed(world, [row(consumer, risk="4")], at=LATER + timedelta(days=1))
    assert _verbs(case) == ["opened", "rescore"]


def test_c5_row_8_the_owner_is_told_of_a_risk_that_rises_to_5_once(world: World) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer, risk="4")])
    feed(world, [row(consumer, risk="5")], at=LATER)
    feed(world, [row(consumer, risk="5")], at=LATER + timedelta(days=1))

    message = OutboxMessage.objects.get()
    assert (message.key, message.case_id) == ("retention.risk_rose", _only_case().pk)
    assert set(message.data) == {"event"}


@pytest.mark.parametrize("situation", ["renewed", "terminated"])
def test_c5_row_7_a_case_is_closed_when_its_consumer_has_renewed_or_ended(
    world: World, situation: str
) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])

    assert _counts(feed(world, [row(consumer, situation=situation)], at=LATER)) == (0, 1, 0)

    case = _only_case()
    assert (case.status, case.is_open, case.closed_at) == ("closed", False, LATER)
    assert (case.crw.is_open, case.crw.closed_at, case.crw.closed_by) == (False, LATER, None)
    assert case.crw.reason.key == situation
    assert case.crw.open_seconds == 3 * 86_400
    event = case.events.get(verb="close_by_system")
    assert (event.from_status, event.to_status, event.data) == (
        "new",
        "closed",
        {"reason": situation},
    )
    assert OutboxMessage.objects.get().key == "retention.closed_by_system"


def test_c5_row_6_a_consumer_who_cancels_after_renewing_is_work_again_and_aging_goes_on(
    world: World,
) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])
    feed(world, [row(consumer, situation="renewed")], at=NOW + timedelta(days=3))

    again = NOW + timedelta(days=10)
    assert _counts(feed(world, [row(consumer, risk="5")], at=again)) == (0, 1, 0)

    case = _only_case()
    assert (case.status, case.is_open, case.reopen_count) == ("in_progress", True, 1)
    assert (case.crw.is_open, case.crw.reason, case.crw.closed_at) == (True, None, None)
    assert case.crw.aged_from == NOW + timedelta(days=7)
    assert case.crw.risk == 5
    assert _verbs(case) == ["opened", "close_by_system", "reopen", "rescore"]


def test_a_case_an_enroller_closed_stays_closed_whatever_the_feed_says(world: World) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])
    declined = ResolutionReason.objects.get(key="declined_cost")
    Case.objects.update(status="closed", is_open=False, closed_at=NOW)
    CrwCase.objects.update(reason=declined, closed_at=NOW, closed_by=world.people["agent"])

    assert _counts(feed(world, [row(consumer, risk="5")], at=LATER)) == (0, 0, 0)
    assert not _only_case().is_open


def test_another_last_day_to_renew_is_kept_and_told_on_the_timeline(world: World) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])

    assert _counts(feed(world, [row(consumer, deadline="2026-02-15")], at=LATER)) == (0, 1, 0)

    case = _only_case()
    assert case.crw.deadline == date(2026, 2, 15)
    assert case.events.get(verb="move_deadline").data == {"deadline": "2026-02-15"}


def test_a_consumer_of_no_enroller_is_counted_and_not_refused(world: World) -> None:
    consumer = add_consumer(world, enroller=None)

    assert _counts(feed(world, [row(consumer)])) == (0, 0, 0)
    assert not Case.objects.exists()


def test_an_unknown_consumer_is_refused_by_line(world: World, other_world: World) -> None:
    other_world.enter()
    foreign = add_consumer(other_world, 7)
    world.enter()
    known = add_consumer(world, 8)

    applied = feed(world, [row(known), row(foreign)])

    assert _counts(applied) == (1, 0, 1)
    assert applied.refused[0][0] == 3
    assert "no consumer" in applied.refused[0][1]


def test_a_plan_year_that_is_over_opens_nothing(world: World) -> None:
    applied = feed(world, [row(add_consumer(world), plan_year="2024")])

    assert applied.refused == [(2, "The plan year is over.")]


def test_a_row_without_a_risk_is_refused_while_no_model_is_in_use(world: World) -> None:
    applied = feed(world, [row(add_consumer(world), risk="", **STEADY)])

    assert applied.refused == [(2, "The row has no risk, and no risk model is in use.")]


def test_a_delegation_that_ends_closes_the_case_and_a_new_agency_gets_its_own(
    world: World,
) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])
    world.person("harbor.agent")
    book.start_delegation(
        actor=world.system,
        consumer=consumer,
        organization=world.organization("harbor"),
        enroller=world.person("harbor.agent"),
        origin="feed",
        at=LATER,
    )
    first = _only_case()
    assert (first.is_open, first.crw.reason.key) == (False, "not_delegated")

    assert _counts(feed(world, [row(consumer)], at=LATER)) == (1, 0, 0)
    second = Case.objects.get(is_open=True)
    assert second.owner == world.people["harbor.agent"]


def test_an_exchange_without_its_reasons_is_told_so_and_nothing_is_kept(world: World) -> None:
    consumer = add_consumer(world)
    feed(world, [row(consumer)])
    ResolutionReason.objects.all().delete()

    with pytest.raises(FeedRefused, match="resolution reasons"):
        feed(world, [row(consumer, situation="renewed")])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"case_number": "7001234567"}, "begin with 5 or 1"),
        ({"person_id": ""}, "person_id"),
        ({"plan_year": "26"}, "plan_year"),
        ({"situation": "maybe"}, "one of renewed, terminated, up_for_renewal"),
        ({"risk": "6"}, "1, 2, 3, 4 or 5"),
        ({"deadline": "31.1.2026"}, "such as 2026-01-31"),
        ({"risk": ""}, "months_enrolled must be"),
        ({**STEADY, "risk": "", "premium_change": "much"}, "premium_change must be"),
        ({**STEADY, "risk": "", "auto_pay": "perhaps"}, "auto_pay must be yes or no"),
        ({**STEADY, "risk": "", "language": ""}, "language is missing"),
    ],
)
def test_a_row_that_breaks_the_format_is_refused_with_the_reason(
    given: Mapping[str, str], said: str
) -> None:
    values = {"case_number": "5000000001", "person_id": "P1", "plan_year": "2026"}
    whole = {
        **dict.fromkeys(RENEWALS.columns, ""),
        **values,
        "situation": "up_for_renewal",
        "risk": "3",
        "deadline": "2026-01-31",
        **given,
    }
    with pytest.raises(RowRefused, match=said):
        parse_row(whole)


def test_p8_a_batch_takes_the_same_statements_whatever_its_size(world: World) -> None:
    def statements(first: int, last: int) -> int:
        rows = [row(add_consumer(world, number)) for number in range(first, last)]
        feed(world, rows)
        changed = [
            dict(one, situation="renewed") if place % 2 else dict(one, risk="5")
            for place, one in enumerate(rows)
        ]
        with CaptureQueriesContext(connection) as captured:
            feed(world, [*changed, *(row(add_consumer(world, n)) for n in range(last, last + 3))])
        inserts = sum("consumers_consumer" in q["sql"][:40] for q in captured.captured_queries)
        return len(captured) - inserts

    assert statements(100, 102) == statements(200, 240)
