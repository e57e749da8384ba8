"""The mirror's feeds: what each row adds and changes, and what a second import leaves alone."""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from portal.consumers import book, imports
from portal.consumers.feeds import FeedKind
from portal.consumers.mirror import SSN_PURPOSE
from portal.consumers.mirror_feeds import (
    APPLICATIONS,
    CONSENTS,
    CONSUMERS,
    DELEGATIONS,
    ENROLLMENTS,
    KINDS,
    NOTICES,
)
from portal.consumers.models import (
    Application,
    Consent,
    Consumer,
    Delegation,
    Enrollment,
    FeedRun,
    Household,
    Notice,
)
from portal.fields import blind_index
from tests.consumers.mirror_files import SSN, example, person, write_csv, write_json
from tests.world import NOW, World

ONE = "174097"
pytestmark = pytest.mark.django_db


def take(world: World, kind: FeedKind, folder: Path, *rows: dict[str, str]) -> FeedRun:
    return take_file(world, kind, write_csv(folder, rows))


def take_file(world: World, kind: FeedKind, path: Path) -> FeedRun:
    run = imports.import_file(kind=kind, exchange=world.exchange, path=path)
    world.enter()
    run.refresh_from_db()
    return run


def counts(run: FeedRun) -> tuple[int, int, int, int]:
    """New, changed, known, refused."""
    assert run.state == FeedRun.State.DONE, run.problem
    assert run.rows_read == run.rows_new + run.rows_changed + run.rows_known + run.rows_refused
    return run.rows_new, run.rows_changed, run.rows_known, run.rows_refused


def reasons(run: FeedRun) -> list[str]:
    return list(run.refused.values_list("reason", flat=True))


@pytest.fixture
def consumer(world: World, tmp_path: Path) -> Consumer:
    take(world, CONSUMERS, tmp_path, example(CONSUMERS))
    return Consumer.objects.get(person_id=ONE)


def test_people_come_with_their_household_and_its_primary_contact(
    world: World, tmp_path: Path
) -> None:
    rows = [person(2), person(3, zip_code="90011", county="Los Angeles")]
    assert counts(take(world, CONSUMERS, tmp_path, *rows)) == (2, 0, 0, 0)
    household = Household.objects.get()
    assert (household.zip_code, household.county) == ("93702", "Fresno")
    first, second = Consumer.objects.order_by("person_id")
    assert first.household == second.household == household
    assert (first.is_primary_contact, second.is_primary_contact) == (True, False)
    assert first.phone == "559-555-0142"


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_the_same_file_twice_changes_nothing(world: World, tmp_path: Path, write: Any) -> None:
    path = write(tmp_path, [person(number) for number in range(5)])
    assert counts(take_file(world, CONSUMERS, path)) == (5, 0, 0, 0)
    before = list(Consumer.objects.order_by("pk").values())
    assert counts(take_file(world, CONSUMERS, path)) == (0, 0, 5, 0)
    assert list(Consumer.objects.order_by("pk").values()) == before


def test_a_later_row_changes_what_differs_and_counts_as_changed(
    world: World, tmp_path: Path
) -> None:
    take(world, CONSUMERS, tmp_path, person(2, ssn=SSN), person(3))
    run = take(world, CONSUMERS, tmp_path, person(2, county="Kern"), person(3, phone=""))
    assert counts(run) == (0, 2, 0, 0)
    assert Household.objects.get().county == "Kern"
    assert Consumer.objects.get(person_id="170003").phone == ""
    assert Consumer.objects.get(person_id="170002").ssn_index


def test_a_consumer_known_without_a_person_number_is_given_it(world: World, tmp_path: Path) -> None:
    row = person(2)
    known = Consumer.objects.create(
        exchange=world.exchange,
        case_number=row["case_number"],
        full_name=row["full_name"],
        date_of_birth=date(1984, 3, 9),
    )
    assert counts(take(world, CONSUMERS, tmp_path, row, person(3))) == (1, 1, 0, 0)
    known.refresh_from_db()
    assert known.person_id == row["person_id"]
    assert counts(take(world, CONSUMERS, tmp_path, row, person(3))) == (0, 0, 2, 0)


def test_an_ssn_becomes_a_keyed_hash_and_is_nowhere_else(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = [person(4, ssn=SSN + "1"), person(5, ssn="000-12-3456"), person(6, full_name=f"A {SSN}")]
    run = take(world, CONSUMERS, tmp_path, person(2, ssn=SSN), person(3, ssn="219099999"), *bad)
    assert counts(run) == (2, 0, 0, 3)
    index = blind_index("219099999", SSN_PURPOSE)
    assert set(Consumer.objects.values_list("ssn_index", flat=True)) == {index}
    everything = caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            everything += "".join(row for (row,) in cursor.fetchall())
    assert index in everything
    assert SSN not in everything
    assert "219099999" not in everything


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"person_id": ""}, "person_id"),
        ({"person_id": "219099999"}, "nine digits"),
        ({"case_number": "2001234567"}, "case_number"),
        ({"full_name": ""}, "full_name is missing"),
        ({"full_name": "Canary " * 20}, "longer than 120"),
        ({"date_of_birth": "03/09/1984"}, "date_of_birth"),
        ({"date_of_birth": "2025-11-06"}, "in the future"),
        ({"phone": "555-0142"}, "ten digits"),
        ({"email": "Canary"}, "no address"),
        ({"zip_code": "9370"}, "zip_code"),
        ({"is_primary_contact": "Canary"}, "none of: yes, no"),
        ({"application_id": "Canary id"}, "application_id"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_alone_with_the_rule(
    world: World, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    run = take(world, CONSUMERS, tmp_path, person(2), person(3, **changes))
    assert counts(run) == (1, 0, 0, 1)
    assert reason in reasons(run)[0]
    assert "Canary" not in reasons(run)[0]


@pytest.mark.parametrize(
    ("kind", "model", "column", "value", "changed"),
    [
        (APPLICATIONS, Application, "status", "determined", {"status": "determined"}),
        (ENROLLMENTS, Enrollment, "status", "canceled", {"status": "canceled"}),
        (CONSENTS, Consent, "valid_through", date(2026, 9, 1), {"valid_through": "2026-09-01"}),
        (NOTICES, Notice, "resolved_on", date(2025, 11, 1), {"resolved_on": "2025-11-01"}),
    ],
)
def test_what_belongs_to_a_consumer_is_added_changed_and_left_alone(
    world: World,
    tmp_path: Path,
    consumer: Consumer,
    kind: FeedKind,
    model: Any,
    column: str,
    value: object,
    changed: dict[str, str],
) -> None:
    assert counts(take(world, kind, tmp_path, example(kind))) == (1, 0, 0, 0)
    assert counts(take(world, kind, tmp_path, example(kind))) == (0, 0, 1, 0)
    assert counts(take(world, kind, tmp_path, example(kind, **changed))) == (0, 1, 0, 0)
    assert getattr(model.objects.get(), column) == value


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        (APPLICATIONS, {"case_number": "5999999999"}, "Import the consumers first"),
        (APPLICATIONS, {"status": "lost"}, "The status is none of"),
        (ENROLLMENTS, {"person_id": "999999"}, "Import the consumers first"),
        (ENROLLMENTS, {"effective_to": "2025-12-31"}, "lies before"),
        (ENROLLMENTS, {"premium": "12.345"}, "dollars and cents"),
        (ENROLLMENTS, {"plan_year": "20 26"}, "no year"),
        (CONSENTS, {"valid_through": "2030-11-19"}, "more than 5 years"),
        (CONSENTS, {"valid_through": "2025-11-17"}, "lies before"),
        (NOTICES, {"title": ""}, "title is missing"),
        (DELEGATIONS, {"organization": ""}, "without the organization"),
        (DELEGATIONS, {"organization": "escalations-unit"}, "no agency or entity"),
        (DELEGATIONS, {"enroller": "agent@harbor.example"}, "none of the organization's"),
        (DELEGATIONS, {"since": "2025-11-06"}, "in the future"),
    ],
)
def test_what_contradicts_the_mirror_is_refused_with_its_line(
    world: World,
    tmp_path: Path,
    consumer: Consumer,
    kind: FeedKind,
    changes: dict[str, str],
    reason: str,
) -> None:
    row = example(kind) | ({"enroller": "", "since": "2025-11-01"} if kind is DELEGATIONS else {})
    if kind is DELEGATIONS and changes == {"organization": ""}:
        row["enroller"] = "somebody"
    run = take(world, kind, tmp_path, row | changes)
    assert counts(run) == (0, 0, 0, 1)
    assert reason in reasons(run)[0]
    assert run.refused.get().line == 2


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_the_example_of_a_feed_is_a_row_the_feed_understands(kind: FeedKind) -> None:
    assert kind.example is not None
    kind.parse_row(kind.example)


# --- Delegations ---------------------------------------------------------------------------


def delegated(world: World, key: str, since: str, **changes: str) -> dict[str, str]:
    email = world.person(key).email.upper()
    organization = world.memberships[key].organization.code
    row = {"person_id": ONE, "organization": organization, "enroller": email, "since": since}
    return row | changes


def hands(consumer: Consumer) -> tuple[int | None, int | None]:
    consumer.refresh_from_db()
    active = consumer.delegations.filter(status=Delegation.Status.ACTIVE).first()
    copy = (consumer.organization_id, consumer.enroller_id)
    assert copy == ((active.organization_id, active.enroller_id) if active else (None, None))
    return copy


def of(world: World, key: str) -> tuple[int, int]:
    person = world.person(key)
    return world.memberships[key].organization_id, person.pk


def test_a_delegation_moves_the_consumer_and_tells_the_rooms(
    world: World, tmp_path: Path, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[book.Moved] = []
    monkeypatch.setattr(book, "_handlers", [told.append])
    path = write_csv(tmp_path, [delegated(world, "agent", "2025-11-01")])
    assert counts(take_file(world, DELEGATIONS, path)) == (0, 1, 0, 0)
    assert hands(consumer) == of(world, "agent")
    assert [list(moved.consumer_ids) for moved in told] == [[consumer.pk]]
    assert counts(take_file(world, DELEGATIONS, path)) == (0, 0, 1, 0)
    assert len(told) == 1
    assert consumer.delegations.count() == 1


def test_a_later_feed_hands_on_within_the_agency_to_another_and_to_nobody(
    world: World, tmp_path: Path, consumer: Consumer
) -> None:
    nobody = {"organization": "", "enroller": ""}
    for row, expected in [
        (delegated(world, "agent", "2025-10-01"), of(world, "agent")),
        (delegated(world, "agent2b", "2025-10-02"), of(world, "agent2b")),
        (delegated(world, "harbor.agent", "2025-10-03"), of(world, "harbor.agent")),
        (delegated(world, "harbor.agent", "2025-10-04", **nobody), (None, None)),
    ]:
        assert counts(take(world, DELEGATIONS, tmp_path, row)) == (0, 1, 0, 0)
        assert hands(consumer) == expected
    past = consumer.delegations.order_by("decided_at").values_list("status", "ended_by")
    assert list(past) == [("transferred", "successor"), ("ended", "successor"), ("ended", "feed")]
    zone = ZoneInfo(world.exchange.time_zone)
    first = consumer.delegations.earliest("decided_at")
    assert first.decided_at == datetime(2025, 10, 1, tzinfo=zone)
    assert first.ended_at == datetime(2025, 10, 2, tzinfo=zone)


def test_older_news_undoes_nothing_that_was_done_in_the_portal(
    world: World, tmp_path: Path, consumer: Consumer
) -> None:
    old = delegated(world, "agent", "2025-11-05")
    enroller = world.person("harbor.agent")
    book.start_delegation(
        actor=world.system,
        consumer=consumer,
        organization=world.organizations["harbor"],
        enroller=enroller,
        origin=Delegation.Origin.TOOL,
        at=NOW,
    )
    assert counts(take(world, DELEGATIONS, tmp_path, old)) == (0, 0, 1, 0)
    assert hands(consumer) == of(world, "harbor.agent")
    book.end_delegation(
        actor=world.system, consumer=consumer, ended_by=Delegation.EndedBy.CONSUMER, at=NOW
    )
    assert counts(take(world, DELEGATIONS, tmp_path, old)) == (0, 0, 1, 0)
    assert hands(consumer) == (None, None)


def test_nobody_is_delegated_to_admin_staff(
    world: World, tmp_path: Path, consumer: Consumer
) -> None:
    run = take(world, DELEGATIONS, tmp_path, delegated(world, "admin2", "2025-11-01"))
    assert counts(run) == (0, 0, 0, 1)
    assert hands(consumer) == (None, None)


def test_another_exchanges_consumers_are_not_found(
    world: World, other_world: World, tmp_path: Path
) -> None:
    other_world.enter()
    take(other_world, CONSUMERS, tmp_path, example(CONSUMERS))
    world.enter()
    assert counts(take(world, NOTICES, tmp_path, example(NOTICES))) == (0, 0, 0, 1)
    assert counts(take(world, CONSUMERS, tmp_path, example(CONSUMERS))) == (1, 0, 0, 0)


def test_the_statements_of_a_batch_do_not_grow_with_its_rows(
    world: World, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    people = [person(number) for number in range(400)]
    with django_assert_max_num_queries(40):
        take(world, CONSUMERS, tmp_path, *people)
    rows = [delegated(world, "agent", "2025-11-01", person_id=p["person_id"]) for p in people]
    with django_assert_max_num_queries(45):
        take(world, DELEGATIONS, tmp_path, *rows)
    assert Consumer.objects.filter(enroller=world.people["agent"]).count() == 400
