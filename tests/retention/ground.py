"""What the tests of the workspace stand on: consumers in books, and cases opened by the feed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.casework.models import Case
from portal.consumers.book import start_delegation
from portal.consumers.mirror import Consumer, Delegation
from retention.models import CrwCase, ResolutionReason
from retention.opening import NewCrwCase, open_cases
from retention.reasons import found_reasons
from tests.world import NOW, World

DEADLINE = date(2026, 1, 31)
YEAR = 2026


def make_consumer(world: World, name: str, **columns: Any) -> Consumer:
    """A consumer of the mirror whom nobody has."""
    number = f"5{Consumer.objects.count():09d}"
    return Consumer.objects.create(
        exchange=world.exchange,
        case_number=number,
        full_name=name,
        date_of_birth=date(1980, 5, 17),
        phone="(559) 555-0142",
        email="consumer@people.example",
        **columns,
    )


def delegate(
    world: World, consumer: Consumer, code: str, enroller: str | None, at: datetime | None = None
) -> None:
    """Put a consumer into an organization's book, with one of its people (by key)."""
    start_delegation(
        actor=world.system,
        consumer=consumer,
        organization=world.organization(code),
        enroller=world.person(enroller) if enroller else None,
        origin=Delegation.Origin.FEED,
        at=at,
    )
    consumer.refresh_from_db()


def open_crw(
    world: World,
    enroller: str = "agent",
    *,
    code: str = "sunrise",
    name: str = "Rosa Delgado",
    risk: int = 4,
    deadline: date = DEADLINE,
    at: datetime = NOW,
    year: int = YEAR,
    reasons: tuple[str, ...] = ("Premium rises by 24 %",),
    **columns: Any,
) -> Case:
    """A case of a new consumer of the enroller, as a feed opens it."""
    found_reasons(exchange=world.exchange)
    consumer = make_consumer(world, name, **columns)
    delegate(world, consumer, code, enroller, at)
    return open_for(world, consumer, risk=risk, deadline=deadline, at=at, year=year,
                    reasons=reasons)  # fmt: skip


def open_for(
    world: World,
    consumer: Consumer,
    *,
    risk: int = 4,
    deadline: date = DEADLINE,
    at: datetime = NOW,
    year: int = YEAR,
    reasons: tuple[str, ...] = (),
) -> Case:
    """A case of a consumer who is in somebody's book."""
    [pk] = open_cases(
        actor=world.system,
        rows=[NewCrwCase(consumer.pk, year, deadline, risk, risk_reasons=reasons)],
        at=at,
    )
    return Case.objects.get(pk=pk)


def crw(case: Case) -> CrwCase:
    """The row beside the case, as it stands now."""
    return CrwCase.objects.get(pk=case.pk)


def reason(world: World, key: str = "renewed_same_plan") -> ResolutionReason:
    return ResolutionReason.objects.get(exchange=world.exchange, key=key)
