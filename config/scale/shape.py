"""How large and how shaped the population is: numbers, shares and skews in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from escalations.constituent.table import MACHINE as CONSTITUENT
from escalations.tickets.table import MACHINE as TICKET
from portal.casework.machine import Machine


@dataclass(frozen=True)
class Shape:
    """One population of one exchange."""

    cases: int = 10_000
    consumers: int = 10_000
    people: int = 60
    notes_per_case: int = 8
    offices: int = 40
    agencies: int = 20
    enrollers: int = 400
    #: Renewal cases, and how many of them the largest agency has.
    crw_cases: int = 2_000
    largest_agency: int = 500
    #: Places consumers find enrollers at.
    listings: int = 600
    seed: int = 1
    #: Cases written in one transaction.
    chunk: int = 5_000

    def with_sizes(self, **sizes: int | None) -> Shape:
        """The same shape with the sizes that are not None."""
        return replace(self, **{key: value for key, value in sizes.items() if value is not None})


PROFILES = {
    "modest": Shape(),
    # The data of the figures: 250,000 cases with 100,000 open, 2,000,000 notes, 600 staff.
    # 20,000 enrollers in 500 agencies, 1,000,000 renewal cases, 50,000 of them in one agency;
    # 12,000 listings.
    "target": Shape(
        cases=250_000,
        consumers=2_000_000,
        people=600,
        offices=120,
        agencies=500,
        enrollers=20_000,
        crw_cases=1_000_000,
        largest_agency=50_000,
        listings=12_000,
    ),
}

#: Of a hundred cases of a kind that are open (or ended), how many stand in which status.
_WEIGHTS = {
    "constituent": {
        True: {
            "received": 8,
            "acknowledged": 10,
            "jurisdiction_review": 10,
            "assigned": 18,
            "in_resolution": 34,
            "awaiting_information": 14,
            "resolved": 6,
        },
        False: {"closed": 80, "referred_out": 12, "duplicate": 4, "withdrawn": 4},
    },
    "ticket": {
        True: {"new": 24, "in_progress": 58, "pending_consumer": 18},
        False: {"closed": 78, "resolved": 10, "returned": 6, "cancelled": 6},
    },
}
_MACHINES = {"constituent": CONSTITUENT, "ticket": TICKET}


def statuses(kind: str, *, is_open: bool) -> list[str]:
    """A hundred status keys of a kind, as often as each occurs.

    Raises:
        ValueError: a weight names a status that the kind's table does not have, or has on the
            other side of open and ended.
    """
    machine: Machine = _MACHINES[kind]
    weights = _WEIGHTS[kind][is_open]
    for key in weights:
        if key not in machine.statuses or machine.statuses[key].is_open is not is_open:
            raise ValueError(f"{kind} has no {'open' if is_open else 'ended'} status {key}")
    return [key for key, weight in weights.items() for _ in range(weight)]


def waiting_statuses() -> list[str]:
    """Every status, of either kind, in which a case waits for somebody outside."""
    return [s.key for m in _MACHINES.values() for s in m.statuses.values() if s.is_waiting]
