"""The queue of Outreach and Sales: applications by the promise that ends first (SF-06, C.6).

A page is a fixed number of statements for ten applications and for ten thousand: the rows, and the
bounded counts of all views in one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone

from portal.casework.keyset import Page, Sort, page_of
from portal.casework.listing import PAGE_SIZE, count_all
from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.casework.rows import CaseRow, for_rows, project_rows
from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from portal.ui.forms import PlainSelect
from storefronts.status.listing import TONES
from storefronts.table import INFORMATION, KIND, PENDING

MINE, NOBODY = "mine", "none"

_SORTS: Final = {
    sort.key: sort
    for sort in (
        Sort("due", "due_at", "Due", nullable=True),
        Sort("opened", "opened_at", "Submitted"),
        Sort("number", "number", "Number"),
        Sort("closed", "closed_at", "Decided", nullable=True),
    )
}


@dataclass(frozen=True)
class View:
    """A named part of the queue."""

    key: str
    label: str
    rows: Callable[[CaseQuerySet], CaseQuerySet]
    empty: str
    order: str = "due"


VIEWS: Final = (
    View(
        "pending",
        "Pending",
        lambda rows: rows.open().filter(status=PENDING),
        "No application waits for a decision.",
    ),
    View(
        "information",
        "Pending Information",
        lambda rows: rows.open().filter(status=INFORMATION),
        "No applicant has been asked for anything.",
    ),
    View(
        "decided",
        "Decided and withdrawn",
        lambda rows: rows.closed(),
        "Nothing has been decided yet.",
        order="-closed",
    ),
)
_BY_KEY: Final = {view.key: view for view in VIEWS}


class QueueFilters(forms.Form):
    """What the queue is narrowed by."""

    q = forms.CharField(
        label="Number, place, city or owner", max_length=80, required=False, strip=True
    )
    work = forms.ChoiceField(
        label="Assigned to",
        choices=[("", "Anybody or nobody"), (MINE, "Me"), (NOBODY, "Nobody yet")],
        required=False,
        widget=PlainSelect,
    )
    place = forms.ChoiceField(
        label="Location",
        choices=[("", "New or existing"), ("new", "New"), ("existing", "Existing")],
        required=False,
        widget=PlainSelect,
    )
    overdue = forms.BooleanField(label="Overdue", required=False)
    second = forms.BooleanField(label="Second look", required=False)

    def narrow(self, rows: CaseQuerySet, actor: Actor) -> CaseQuerySet:
        """The rows that match; a value that is none of the choices narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("q", "").replace("\x00", ""):
            rows = rows.filter(
                Q(number__icontains=text)
                | Q(storefront__name__icontains=text)
                | Q(storefront__city__icontains=text)
                | Q(organization__name__icontains=text)
            )
        if asked.get("work") == MINE:
            rows = rows.owned_by(actor)
        elif asked.get("work") == NOBODY:
            rows = rows.unassigned()
        if place := asked.get("place"):
            rows = rows.filter(storefront__is_new_location=place == "new")
        if asked.get("overdue"):
            rows = rows.open().overdue(timezone.now())
        if asked.get("second"):
            rows = rows.filter(storefront__needs_second_look=True)
        return rows


@dataclass(frozen=True)
class ReviewRow:
    """One application of the queue."""

    case: CaseRow
    place: str
    city: str
    is_new_location: bool
    needs_second_look: bool
    #: Whole days since it was submitted, by the exchange's calendar.
    age: int
    #: Tone of the status tag; a rejection does not look like a success.
    tone: str


@dataclass
class Queue:
    """The queue as somebody asked for it."""

    actor: Actor
    view: View
    sort: Sort
    descending: bool
    filters: QueueFilters
    params: QueryDict

    @property
    def order(self) -> str:
        """The order as the address names it, e.g. ``-opened``."""
        return f"{'-' if self.descending else ''}{self.sort.key}"

    @property
    def is_filtered(self) -> bool:
        """Whether the address narrows the view."""
        return any(self.params.get(name) for name in self.filters.fields)

    @cached_property
    def page(self) -> Page:
        """The page the address asks for.

        Raises:
            BadRequest: its cursor is none of ours.
        """
        rows = for_rows(self._narrowed(self.view), self.actor).annotate(
            place=F("storefront__name"),
            city=F("storefront__city"),
            is_new_location=F("storefront__is_new_location"),
            needs_second_look=F("storefront__needs_second_look"),
        )
        return page_of(
            rows,
            sort=self.sort,
            descending=self.descending,
            size=PAGE_SIZE,
            after=self.params.get("after", ""),
            before=self.params.get("before", ""),
        )

    def rows(self) -> list[ReviewRow]:
        """The page's rows; that they were shown is recorded."""
        cases = list(self.page.rows)
        local = zone(self.actor.exchange.time_zone)
        today = timezone.now().astimezone(local).date()
        shown = project_rows(self.actor, cases, surface="storefront-review")
        return [
            ReviewRow(
                case=row,
                place=case.place,
                city=case.city,
                is_new_location=case.is_new_location,
                needs_second_look=case.needs_second_look,
                age=(today - case.opened_at.astimezone(local).date()).days,
                tone=TONES.get(case.status, "neutral"),
            )
            for case, row in zip(cases, shown, strict=True)
        ]

    def counts(self) -> dict[str, str]:
        """How many applications each view holds, and ``list`` for this one; one statement."""
        asked = {view.key: view.rows(self._visible) for view in VIEWS}
        return count_all(asked | {"list": self._narrowed(self.view)})

    @cached_property
    def _visible(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.actor).filter(kind=KIND)

    def _narrowed(self, view: View) -> CaseQuerySet:
        return self.filters.narrow(view.rows(self._visible), self.actor)


def read_queue(actor: Actor, params: QueryDict) -> Queue:
    """The queue an address asks for.

    Raises:
        BadRequest: it names a view or an order that is not there.
    """
    view = _BY_KEY.get(params.get("view", VIEWS[0].key))
    if view is None:
        raise BadRequest("There is no such view of this list.")
    order = params.get("sort") or view.order
    sort = _SORTS.get(order.removeprefix("-"))
    if sort is None:
        raise BadRequest("There is no such order of this list.")
    return Queue(actor, view, sort, order.startswith("-"), QueueFilters(params), params)


def query_of(params: QueryDict, **place: Any) -> str:
    """The same list at another place; empty when there is none."""
    if not all(place.values()):
        return ""
    query = params.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(place)
    return f"?{query.urlencode()}"
