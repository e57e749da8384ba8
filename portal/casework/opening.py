"""What a new case consists of: the one rule, for cases opened one by one and in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from portal.casework import kinds
from portal.casework.machine import Audience
from portal.casework.models import Case, TimelineEvent
from portal.clocks import services as clocks
from portal.tenancy import numbering
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization


@dataclass(frozen=True)
class NewCase:
    """What whoever opens a case decides; everything else follows from its kind."""

    queue: Organization | None = None
    organization: Organization | None = None
    is_urgent: bool = False
    #: Which type of its kind, by key.
    topic: str = ""
    #: Keys and ids for the first event; never free text.
    event_data: Mapping[str, Any] = field(default_factory=dict)


def build_case(
    *, actor: Actor, kind: kinds.CaseKind, new: NewCase, number: str, at: datetime
) -> Case:
    """The unsaved row of a case in its kind's initial status."""
    status = kind.machine.statuses[kind.machine.initial]
    return Case(
        exchange=actor.exchange,
        number=number,
        kind=kind.key,
        topic=new.topic,
        status=status.key,
        is_open=status.is_open,
        is_waiting=status.is_waiting,
        is_urgent=new.is_urgent,
        organization=new.organization,
        queue=new.queue,
        opened_by=actor.person,
        opened_at=at,
        updated_at=at,
    )


def build_opening(
    *, case: Case, actor: Actor, new: NewCase, at: datetime, audience: str = Audience.STATUS
) -> TimelineEvent:
    """The unsaved first event of a saved case."""
    return TimelineEvent(
        exchange=actor.exchange,
        case=case,
        at=at,
        verb="opened",
        audience=audience,
        actor=actor.person,
        actor_role=actor.role_key,
        to_status=case.status,
        data=dict(new.event_data),
    )


def take_numbers(*, actor: Actor, kind: kinds.CaseKind, at: datetime, count: int = 1) -> list[str]:
    """The next quotable numbers; gaps are possible, repeats are not (X-04)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('casework_case_number') FROM generate_series(1, %s)", [count]
        )
        sequences = [row[0] for row in cursor.fetchall()]
    pattern = pattern_of(actor.exchange, kind)
    local = at.astimezone(clocks.zone(actor.exchange.time_zone))
    return [
        numbering.format_number(pattern, sequence=sequence, local=local) for sequence in sequences
    ]


def pattern_of(exchange: Exchange, kind: kinds.CaseKind) -> str:
    """The format of a kind's case numbers in an exchange."""
    return exchange.number_formats.get(kind.key) or numbering.default_pattern(kind.number_prefix)
