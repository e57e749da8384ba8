"""Who held a case (decision 10), read from its timeline: nothing else records it.

Every status names the party that holds the case while it stands there, and every change of
status is an event. So the party clock cannot disagree with what happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from portal.casework.due import default_calendar
from portal.casework.machine import Machine
from portal.casework.models import Case, TimelineEvent
from portal.casework.services import machine_of
from portal.clocks.explanations import in_words, party_label
from portal.clocks.parties import PartyTime, Turn, to_the_minute
from portal.clocks.parties import party_time as reckon
from portal.prepared import Slots, prepared
from portal.tenancy.actor import Actor

#: Holds a case in a status its machine no longer has.
UNKNOWN_STATUS_PARTY = "unit"


@dataclass(frozen=True)
class PartyShare:
    """One party's part of a case's business time, for people."""

    label: str
    time_label: str
    #: Whole percent of the elapsed business time.
    share: int
    #: Whether it holds the case now.
    is_holder: bool


def party_of(machine: Machine, status: str) -> str | None:
    """Who holds a case in a status; None when that closes it."""
    known = machine.statuses.get(status)
    if known is None:
        return UNKNOWN_STATUS_PARTY
    return known.party if known.is_open else None


def turns_of(case: Case) -> list[Turn]:
    """From when on which party held the case; one statement."""
    machine = machine_of(case)
    moves = prepared("casework.moves", _moves).rows(case=case.pk)
    return [(at, party_of(machine, to)) for at, to in moves]


def _moves(slots: Slots) -> QuerySet[TimelineEvent, tuple[datetime, str]]:
    """When a case came into which status, oldest first."""
    return (
        TimelineEvent.objects.filter(case_id=slots.integer("case"))
        .exclude(to_status="")
        .exclude(to_status=F("from_status"))
        .order_by("at", "pk")
        .values_list("at", "to_status")
    )


def party_time(case: Case, at: datetime) -> PartyTime | None:
    """Who held the case up to ``at`` (UTC), in the exchange's business time; None: no calendar."""
    calendar = default_calendar(case.exchange_id)
    return reckon(calendar, turns_of(case), at) if calendar else None


def panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The block "Who held the clock" of a case page; people outside get none."""
    if actor.is_outside:
        return None
    now = timezone.now()
    found = party_time(case, now)
    if found is None or not found.stretches:
        return None
    elapsed = found.elapsed_seconds
    shares = [
        PartyShare(
            party_label(party),
            in_words(seconds),
            round(100 * seconds / elapsed) if elapsed else 0,
            party == found.holder,
        )
        for party, seconds in found.by_party.items()
    ]
    return {
        "shares": shares,
        "elapsed_label": in_words(elapsed),
        "since": to_the_minute(case.opened_at),
        "is_open": found.holder is not None,
    }
