"""The system's acts on many cases at once keep to the transition table (C.5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.casework.models import Case, TimelineEvent
from portal.tenancy.actor import NotAllowed
from retention.models import CrwCase
from retention.opening import NewCrwCase, open_cases
from retention.reasons import found_reasons
from retention.set_acts import (
    Score,
    close_by_system,
    move_deadlines,
    reopen_by_system,
    rescore,
)
from tests.retention.consumers import add_consumer
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


def _open(world: World) -> int:
    found_reasons(exchange=world.exchange)
    new = NewCrwCase(add_consumer(world).pk, 2026, date(2026, 1, 31), risk=3)
    return open_cases(actor=world.system, rows=[new], at=NOW)[0]


def test_the_same_risk_for_other_reasons_changes_the_reasons_alone(world: World) -> None:
    pk = _open(world)

    changed = rescore(
        actor=world.system, scores=[Score(pk, 3, "model:1", ("Premium rises",))], at=NOW
    )

    case = Case.objects.select_related("crw").get(pk=pk)
    assert (changed, case.crw.risk_reasons, case.crw.risk_source, case.version) == (
        [],
        ["Premium rises"],
        "model:1",
        1,
    )
    assert not TimelineEvent.objects.filter(verb="rescore").exists()


def test_a_closed_case_is_neither_closed_again_nor_scored_nor_moved(world: World) -> None:
    pk = _open(world)
    system = world.system
    close = {"case_ids": [pk], "reason_key": "renewed", "at": NOW}
    assert close_by_system(actor=system, **close) == [pk]

    assert close_by_system(actor=system, **close) == []
    assert rescore(actor=system, scores=[Score(pk, 5)], at=NOW) == []
    assert move_deadlines(actor=system, deadlines={pk: date(2026, 2, 15)}, at=NOW) == []


def test_cases_of_another_exchange_are_left_alone(world: World, other_world: World) -> None:
    other_world.enter()
    foreign = _open(other_world)
    world.enter()
    found_reasons(exchange=world.exchange)

    assert (
        close_by_system(actor=world.system, case_ids=[foreign], reason_key="renewed", at=NOW) == []
    )


def test_no_person_performs_them(world: World) -> None:
    pk = _open(world)

    with pytest.raises(NotAllowed):
        close_by_system(actor=world.actor("admin"), case_ids=[pk], reason_key="renewed", at=NOW)


def test_c5_the_time_a_case_was_closed_between_is_not_time_it_was_open(world: World) -> None:
    """Average Resolution Time (CRW-09) of a case that the system closed twice."""
    pk = _open(world)
    system, hour = world.system, timedelta(hours=1)
    close_by_system(actor=system, case_ids=[pk], reason_key="renewed", at=NOW + 2 * hour)
    reopen_by_system(actor=system, case_ids=[pk], why="up_for_renewal_again", at=NOW + 12 * hour)

    close_by_system(
        actor=system,
        case_ids=[pk],
        reason_key="renewed",
        at=NOW + 13 * hour + timedelta(milliseconds=700),
    )

    assert CrwCase.objects.get(pk=pk).open_seconds == 3 * 3600
