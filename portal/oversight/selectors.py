"""Open work in numbers: one statement counts it, and every number can be opened as a list.

A number and the list it leads to are cut by the same conditions (:mod:`portal.casework.filters`),
so they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from portal.casework import kinds
from portal.casework.filters import NOBODY, Choices, Moment, at_risk_q
from portal.casework.models import Case
from portal.clocks.explanations import party_label
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person


@dataclass(frozen=True)
class Counts:
    """How many open cases there are of a cut, and how they stand with their deadlines."""

    open: int = 0
    urgent: int = 0
    #: Due before the exchange's local day ends.
    today: int = 0
    #: A promise is past its warning and not yet at its deadline.
    risk: int = 0
    #: A deadline has passed and its clock has not been stopped.
    breached: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))


#: What the list behind a column is narrowed by.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "open": {},
    "urgent": {"urgent": "on"},
    "today": {"due": "today"},
    "risk": {"due": "risk"},
    "breached": {"breached": "on"},
}


@dataclass(frozen=True)
class Figure:
    """One number, and the address of the cases that make it up; empty where no list shows them."""

    value: int
    url: str


@dataclass(frozen=True)
class Line:
    """One row of a table: a unit, a person, a type or a party."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    """Open work cut one way, the most breached first."""

    key: str
    title: str
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class OpenWork:
    """All of the page."""

    total: tuple[Figure, ...]
    tables: tuple[Table, ...]


#: A group of cases that are alike in everything the tables cut by.
_Group = Mapping[str, Any]
_CUT_BY = ("queue_id", "queue__name", "owner_id", "kind", "topic", "status")


def open_work(actor: Actor) -> OpenWork:
    """The open work an actor may know of, in numbers; two statements, however much there is."""
    moment = Moment.of(actor)
    of_today = Q(due_at__gte=moment.day_start, due_at__lt=moment.day_end)
    rows = (
        Case.objects.listed_to(actor)
        .open()
        .order_by()
        .values(*_CUT_BY)
        .annotate(
            open=Count("pk"),
            urgent=Count("pk", filter=Q(is_urgent=True)),
            today=Count("pk", filter=of_today),
            risk=Count("pk", filter=at_risk_q(moment.now)),
            breached=Count("pk", filter=Q(is_breached=True)),
        )
    )
    groups = [(row, Counts(*(row[f.name] for f in fields(Counts)))) for row in rows]
    owners = {row["owner_id"] for row, _ in groups}
    names = dict(Person.objects.filter(pk__in=owners).values_list("pk", "full_name"))
    types = dict(Choices(actor).types)
    return OpenWork(
        total=_figures(sum((counts for _, counts in groups), Counts()), ()),
        tables=(
            _table("unit", "By unit", "Unit", groups, _unit),
            _table("person", "By person", "Owner", groups, lambda row: _person(row, names)),
            _table("type", "By type", "Type", groups, lambda row: _type(row, types)),
            _table("party", "By who holds the case", "Party", groups, _party),
        ),
    )


#: Label of a line, and what its lists are narrowed by.
_Cut = tuple[str, tuple[tuple[str, str], ...] | None]


def _unit(row: _Group) -> _Cut:
    if row["queue_id"] is None:
        return "No queue", None
    return row["queue__name"], (("queue", str(row["queue_id"])),)


def _person(row: _Group, names: Mapping[int, str]) -> _Cut:
    owner = row["owner_id"]
    if owner is None:
        return "Nobody yet", (("owner_id", NOBODY),)
    return names[owner], (("owner_id", str(owner)),)


def _type(row: _Group, types: Mapping[str, str]) -> _Cut:
    kind, topic = kinds.get(row["kind"]), row["topic"]
    if not topic:
        return kind.plural, (("kind", kind.key),)
    return types.get(topic, topic), (("kind", kind.key), ("type", topic))


def _party(row: _Group) -> _Cut:
    party = kinds.get(row["kind"]).machine.statuses[row["status"]].party
    return party_label(party), (("party", party),)


def _table(
    key: str,
    title: str,
    heading: str,
    groups: Iterable[tuple[_Group, Counts]],
    cut: Callable[[_Group], _Cut],
) -> Table:
    sums: dict[_Cut, Counts] = defaultdict(Counts)
    for row, counts in groups:
        sums[cut(row)] += counts
    worst_first = sorted(
        sums.items(), key=lambda item: (-item[1].breached, -item[1].risk, -item[1].open, item[0][0])
    )
    lines = tuple(Line(cut[0], _figures(counts, cut[1])) for cut, counts in worst_first)
    return Table(key, title, heading, lines)


def _figures(counts: Counts, by: Iterable[tuple[str, str]] | None) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            getattr(counts, column),
            "" if by is None else _address({"view": "all", **dict(by), **narrowed}),
        )
        for column, narrowed in COLUMNS.items()
    )


def _address(query: Mapping[str, str]) -> str:
    return f"{reverse('casework:queue')}?{urlencode(query)}"
