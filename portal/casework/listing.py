"""Lists of cases: the views people work from, what they may filter and sort by, and the counts.

An office without a release in force must not learn from a filter, an order or a count what a page
would not tell it (EA-19, EA-20). So people outside the exchange have views, filters and orders of
their own, over the coarse status, the number and the day a case was received alone.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, cast

from django.core.exceptions import BadRequest, EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import QueryDict

from portal.casework.filters import Choices, Moment, OutsideFilters, StaffFilters, coarse_q
from portal.casework.keyset import Page, Sort, first_page, first_rows, page_of
from portal.casework.machine import Coarse
from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.casework.rows import for_rows
from portal.prepared import Slots
from portal.tenancy.actor import Actor
from portal.tenancy.sight import PreparedFor, prepared_for

PAGE_SIZE: Final = 25
#: Counting stops here; beyond it a list says "1,000+".
COUNT_LIMIT: Final = 1_000

#: A query's SQL and its parameters; None: it has no row.
SqlPart = tuple[str, Sequence[Any]] | None


@dataclass(frozen=True)
class View:
    """A named cut of the cases an actor may know of."""

    key: str
    label: str
    rows: Callable[[CaseQuerySet, Actor, Moment], CaseQuerySet]
    empty: str
    #: The order it has when nobody asks for another.
    order: str = "due"


def _work(rows: CaseQuerySet, actor: Actor) -> CaseQuerySet:
    return rows.open().filter(Q(owner_id=actor.person_id) | Q(queue_id__in=actor.organization_ids))


STAFF_VIEWS: Final = (
    View(
        "mine",
        "Mine",
        lambda rows, actor, at: rows.open().owned_by(actor),
        "You own no open case. Take one from “Unassigned”.",
    ),
    View(
        "unit",
        "My unit's",
        lambda rows, actor, at: rows.open().in_queues_of(actor),
        "Your unit's queue is empty.",
        order="work",
    ),
    View(
        "unassigned",
        "Unassigned",
        lambda rows, actor, at: rows.open().in_queues_of(actor).unassigned(),
        "Every case in your unit's queue has an owner.",
        order="work",
    ),
    View(
        "today",
        "Due today",
        lambda rows, actor, at: _work(rows, actor).due_between(at.day_start, at.day_end),
        "Nothing of yours or your unit's is due today.",
    ),
    View(
        "overdue",
        "Overdue",
        lambda rows, actor, at: _work(rows, actor).overdue(at.now),
        "Nothing of yours or your unit's is overdue.",
    ),
    View(
        "waiting",
        "Waiting",
        lambda rows, actor, at: _work(rows, actor).waiting(),
        "No case waits for somebody outside.",
    ),
    View(
        "watching",
        "Watching",
        lambda rows, actor, at: rows.watched_by(actor),
        "You watch no case. “Watch” on a case's page adds it here.",
    ),
    View("all", "All open", lambda rows, actor, at: rows.open(), "There is no open case."),
    View(
        "closed",
        "Closed",
        lambda rows, actor, at: rows.closed(),
        "There is no closed case.",
        order="-opened",
    ),
)
OUTSIDE_VIEWS: Final = (
    View(
        "open",
        "In progress",
        lambda rows, actor, at: rows.filter(coarse_q(Coarse.RECEIVED, Coarse.IN_PROGRESS)),
        "None of your cases is in progress.",
        order="-opened",
    ),
    View(
        "ended",
        "Resolved or referred",
        lambda rows, actor, at: rows.filter(coarse_q(Coarse.RESOLVED, Coarse.REFERRED)),
        "None of your cases is resolved or referred yet.",
        order="-opened",
    ),
    View(
        "all",
        "All",
        lambda rows, actor, at: rows,
        "Your office has not brought a case yet.",
        order="-opened",
    ),
)

_SORTS: Final = (
    Sort("work", "work_at", "Urgent first, then due", nullable=True),
    Sort("due", "due_at", "Due", nullable=True),
    Sort("number", "number", "Number"),
    Sort("opened", "opened_at", "Received"),
    Sort("updated", "updated_at", "Last change"),
    Sort("status", "status", "Status"),
    Sort("urgent", "is_urgent", "Urgent"),
)
STAFF_SORTS: Final = {sort.key: sort for sort in _SORTS}
OUTSIDE_SORTS: Final = {key: STAFF_SORTS[key] for key in ("number", "opened")}


@dataclass
class CaseList:
    """One list as somebody asked for it: view, filters, order and place."""

    actor: Actor
    view: View
    views: Sequence[View]
    filters: StaffFilters | OutsideFilters
    sort: Sort
    descending: bool
    params: QueryDict
    #: The cases the list cuts from, when somebody has built that already.
    built: CaseQuerySet | None = None
    moment: Moment = field(init=False)

    def __post_init__(self) -> None:
        self.moment = Moment.of(self.actor)

    @cached_property
    def visible(self) -> CaseQuerySet:
        """The cases the list cuts from, built at most once: that costs more than asking."""
        return Case.objects.listed_to(self.actor) if self.built is None else self.built

    @property
    def order(self) -> str:
        """The order as the address names it, e.g. ``-opened``."""
        return f"{'-' if self.descending else ''}{self.sort.key}"

    def rows_of(self, view: View) -> CaseQuerySet:
        """All cases of a view, unfiltered."""
        return view.rows(self.visible, self.actor, self.moment)

    def rows(self) -> CaseQuerySet:
        """All cases of the list, in no order, with what a row needs."""
        return for_rows(self.filters.narrow(self.rows_of(self.view)), self.actor)

    def page(self) -> Page:
        """The page the address asks for.

        Raises:
            BadRequest: its cursor is none of ours.
        """
        after, before = self.params.get("after", ""), self.params.get("before", "")
        if not (after or before):
            return first_page(self._first_rows(), sort=self.sort, size=PAGE_SIZE)
        return page_of(
            self.rows(),
            sort=self.sort,
            descending=self.descending,
            size=PAGE_SIZE,
            after=after,
            before=before,
        )

    def _first_rows(self) -> Iterable[Case]:
        def build(actor: Actor, moment: Moment) -> QuerySet[Case]:
            rows = self.view.rows(Case.objects.listed_to(actor), actor, moment)
            rows = for_rows(self.filters.narrow(rows), actor)
            return first_rows(rows, self.sort, self.descending, PAGE_SIZE)

        name = ("casework.first_rows", self.view.key, self.sort.key, self.descending)
        query = self._prepared(name, build, self.filters.fixed)
        return query.rows(**vars(self.moment)) if query else build(self.actor, self.moment)

    def _counted(self, view: View, *, filtered: bool = False) -> SqlPart:
        """The bounded rows of a view, to be counted."""

        def build(actor: Actor, moment: Moment) -> QuerySet[Any]:
            rows = view.rows(Case.objects.listed_to(actor), actor, moment)
            return _bounded(self.filters.narrow(rows) if filtered else rows)

        fixed = self.filters.fixed if filtered else ()
        if query := self._prepared(("casework.count", view.key), build, fixed):
            return query.sql(**vars(self.moment))
        rows = self.rows_of(view)
        return _sql_of(_bounded(self.filters.narrow(rows) if filtered else rows))

    def _prepared(
        self,
        name: Hashable,
        build: Callable[[Actor, Moment], QuerySet[Any]],
        fixed: Hashable | None,
    ) -> PreparedFor[Any] | None:
        """The list's query prepared, its instants as placeholders; ``fixed`` is what was asked."""
        if fixed is None:
            return None
        return prepared_for(
            self.actor,
            (name, fixed),
            lambda sight, slots: build(sight, cast(Moment, _AnyMoment(slots))),
        )

    def counts(self, others: Mapping[str, CaseQuerySet] | None = None) -> dict[str, str]:
        """How many cases each view holds, and ``list`` for this list as filtered; one statement.

        ``others`` are counted in the same statement, under their own keys.
        """
        parts = {view.key: self._counted(view) for view in self.views}
        if self.filters.is_asked:
            parts["list"] = self._counted(self.view, filtered=True)
        for key, rows in (others or {}).items():
            parts[key] = _sql_of(_bounded(rows))
        found = _count(parts)
        found.setdefault("list", found[self.view.key])
        return found


def count_all(queries: Mapping[str, CaseQuerySet]) -> dict[str, str]:
    """How many cases each query holds, in words and in one statement.

    Each count stops at :data:`COUNT_LIMIT`, so that it costs the same for any number.
    """
    return _count({key: _sql_of(_bounded(rows)) for key, rows in queries.items()})


def _bounded(rows: QuerySet[Case]) -> QuerySet[Any]:
    return rows.order_by().values("pk")[: COUNT_LIMIT + 1]


def _sql_of(rows: QuerySet[Any]) -> SqlPart:
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # Django sees without asking that nothing can match
        return None
    return sql, params


def _count(parts: Mapping[str, SqlPart]) -> dict[str, str]:
    asked = {key: part for key, part in parts.items() if part is not None}
    found = dict.fromkeys(parts, 0)
    if asked:
        counts = [f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _ in asked.values()]
        params = [value for _, values in asked.values() for value in values]
        with connection.cursor() as cursor:
            # Django compiled each part, with its values apart.
            cursor.execute(f"SELECT {', '.join(counts)}", params)
            found.update(zip(asked, cursor.fetchone(), strict=True))
    return {key: bounded_label(number) for key, number in found.items()}


class _AnyMoment:
    """Stands in for a moment while a list is prepared."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def __getattr__(self, name: str) -> datetime:
        return self._slots.moment(name)


def bounded_label(number: int) -> str:
    """A bounded count in words: ``37``, ``1,000+``."""
    return f"{COUNT_LIMIT:,}+" if number > COUNT_LIMIT else f"{number:,}"


def read_list(
    actor: Actor,
    params: QueryDict,
    *,
    choices: Choices | None = None,
    visible: CaseQuerySet | None = None,
) -> CaseList:
    """The list an address asks for.

    Args:
        choices: what the filters offer, when the caller has read it already.
        visible: the cases lists cut from, when the caller has built that already.

    Raises:
        BadRequest: it names a view or an order that is not there, or not for this actor.
    """
    views = OUTSIDE_VIEWS if actor.is_outside else STAFF_VIEWS
    sorts = OUTSIDE_SORTS if actor.is_outside else STAFF_SORTS
    by_key = {view.key: view for view in views}
    view = by_key.get(params.get("view", views[0].key))
    if view is None:
        raise BadRequest("There is no such view of this list.")
    order = params.get("sort") or view.order
    sort = sorts.get(order.removeprefix("-"))
    if sort is None:
        raise BadRequest("There is no such order of this list.")
    filters = (OutsideFilters if actor.is_outside else StaffFilters)(
        params, actor=actor, choices=choices
    )
    return CaseList(
        actor=actor,
        view=view,
        views=views,
        filters=filters,
        sort=sort,
        descending=order.startswith("-"),
        params=params,
        built=visible,
    )
