"""“All My Applications”: an organization's applications, filtered, searched, sorted and exported.

The four statuses of SF-06 are the only ones; withdrawn applications are a list of their own
(decision 17).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Min, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from portal.casework.disclosures import record_shown
from portal.casework.keyset import Page, Sort, page_of
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor
from portal.ui.forms import PlainSelect
from storefronts.models import StorefrontApplication
from storefronts.table import APPROVED, INFORMATION, KIND, MACHINE, PENDING, REJECTED, WITHDRAWN

PAGE_SIZE: Final = 25
#: Rows of one file; a longer list must be narrowed first.
LIMIT: Final = 10_000
#: Applications that wait for answers, on one page; nobody has as many.
MOST_ASKED: Final = 100
#: Exactly the four statuses an applicant knows (SF-06), as they are printed.
STATUSES: Final = tuple(
    (key, MACHINE.statuses[key].label) for key in (APPROVED, REJECTED, PENDING, INFORMATION)
)
TONES: Final = {
    PENDING: "info",
    INFORMATION: "warning",
    APPROVED: "success",
    REJECTED: "danger",
}
SORTS: Final = {
    sort.key: sort
    for sort in (
        Sort("applied", "applied_at", "Applied"),
        Sort("name", "name", "Name"),
        Sort("city", "city", "City"),
    )
}
#: The latest first.
DEFAULT_ORDER: Final = "-applied"
_HEADER: Final = (
    *("Number", "Name", "Street", "Unit", "City", "State", "ZIP", "Telephone", "Location"),
    *("Status", "Applied", "Last change", "Reason"),
)


@dataclass(frozen=True)
class ApplicationRow:
    """An application in a list; plain data, and nothing personal."""

    number: str
    name: str
    city: str
    #: Empty: withdrawn.
    status: str
    status_key: str
    tone: str
    is_new_location: bool
    applied_at: datetime
    updated_at: datetime
    #: Since when an answer is asked for; None: none is.
    asked_at: datetime | None = None


class ApplicationFilters(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=80,
        help_text="Number, name, street, city or ZIP.",
    )
    status = forms.ChoiceField(
        label="Status", choices=[("", "Any"), *STATUSES], required=False, widget=PlainSelect
    )


class Applications:
    """One reader's list, as its address says."""

    def __init__(self, actor: Actor, params: QueryDict) -> None:
        self.actor, self.params = actor, params
        self.form = ApplicationFilters(params)
        self.is_withdrawn = params.get("view") == "withdrawn"

    @cached_property
    def sort(self) -> tuple[Sort, bool]:
        """The order, and whether it descends.

        Raises:
            BadRequest: there is no such order.
        """
        order = self.params.get("sort") or DEFAULT_ORDER
        try:
            return SORTS[order.removeprefix("-")], order.startswith("-")
        except KeyError:
            raise BadRequest("The list has no such order.") from None

    @cached_property
    def rows(self) -> QuerySet[StorefrontApplication]:
        """All rows of the list, in no order; none when a filter is wrong."""
        rows = visible_applications(self.actor)
        if self.is_withdrawn:
            rows = rows.filter(case__status=WITHDRAWN)
        else:
            rows = rows.exclude(case__status=WITHDRAWN)
        if not self.form.is_valid():
            return rows.none()
        if status := self.form.cleaned_data["status"]:
            rows = rows.filter(case__status=status)
        for word in self.form.cleaned_data["q"].split():
            rows = rows.filter(_matches(word))
        return rows

    @cached_property
    def page(self) -> Page:
        """The page of the list its address names."""
        sort, descending = self.sort
        return page_of(
            self.rows,
            sort=sort,
            descending=descending,
            size=PAGE_SIZE,
            after=self.params.get("after", ""),
            before=self.params.get("before", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter leaves something out."""
        return bool(self.params.get("q", "").strip() or self.params.get("status"))


def visible_applications(actor: Actor) -> QuerySet[StorefrontApplication]:
    """The applications the actor may know of, with their cases; those of their organization."""
    cases = Case.objects.visible_to(actor).filter(kind=KIND).order_by()
    return StorefrontApplication.objects.filter(case__in=cases).select_related("case")


def pending_applications(actor: Actor) -> QuerySet[StorefrontApplication]:
    """Those in review: “Pending” (SF-04)."""
    return visible_applications(actor).filter(case__status=PENDING)


def asked_applications(actor: Actor) -> QuerySet[StorefrontApplication]:
    """Those that wait for answers, the oldest request first (SF-04, SF-08)."""
    waiting = visible_applications(actor).filter(case__status=INFORMATION)
    since = Min("items__asked_at", filter=Q(items__sent_at=None))
    return waiting.annotate(asked_at=since).order_by("asked_at", "pk")


def row_of(application: StorefrontApplication) -> ApplicationRow:
    """An application as a row."""
    case = application.case
    is_withdrawn = case.status == WITHDRAWN
    return ApplicationRow(
        number=case.number,
        name=application.name,
        city=application.city,
        status="" if is_withdrawn else MACHINE.statuses[case.status].label,
        status_key="" if is_withdrawn else case.status,
        tone=TONES.get(case.status, "neutral"),
        is_new_location=application.is_new_location,
        applied_at=application.applied_at,
        updated_at=case.updated_at,
        asked_at=getattr(application, "asked_at", None),
    )


def rows_of(applications: Iterable[StorefrontApplication]) -> list[ApplicationRow]:
    """Applications as rows, in their order."""
    return [row_of(one) for one in applications]


def export_applications(*, actor: Actor, found: Applications, file_format: str) -> Export:
    """Write a list, as filtered and sorted, to a file; the ledger names every case in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor's role has no applications.
        Refused: the list is longer than :data:`LIMIT`.
        KeyError: there is no such format.
    """
    actor.require("storefronts.apply")
    write, content_type = FORMATS[file_format]
    sort, descending = found.sort
    prefix = "-" if descending else ""
    rows = list(found.rows.order_by(f"{prefix}{sort.column}", f"{prefix}pk")[: LIMIT + 1])
    if len(rows) > LIMIT:
        raise Refused(f"This list has more than {LIMIT:,} applications. Narrow it first.")
    tz = zone(actor.exchange.time_zone)
    content = write(_HEADER, [_cells(row, tz) for row in rows], title="Storefront applications")
    record_shown(
        actor=actor,
        action="storefronts.exported",
        cases=[row.case_id for row in rows],
        fields=["application"],
        data={"format": file_format, "rows": len(rows)},
    )
    day = timezone.now().astimezone(tz)
    name = f"storefront-applications-{day:%Y-%m-%d}.{file_format}"
    return Export(content, content_type, name)


def _matches(word: str) -> Q:
    columns = ("name", "street", "city")
    found = Q(case__number__icontains=word) | Q(zip_code__startswith=word)
    for column in columns:
        found |= Q(**{f"{column}__icontains": word})
    return found


def _cells(application: StorefrontApplication, tz: Any) -> Sequence[Any]:
    row = row_of(application)
    shows_reason = application.case.status == REJECTED
    return [
        *(row.number, row.name, application.street, application.unit, row.city),
        *(application.state, application.zip_code, application.phone),
        "New" if row.is_new_location else "Already listed",
        row.status or "Withdrawn",
        *(row.applied_at.astimezone(tz), row.updated_at.astimezone(tz)),
        application.decision_reason if shows_reason else "",
    ]


def query_without(params: QueryDict, *names: str, **more: str) -> str:
    """The address's query without some parameters, and with others."""
    query = params.copy()
    for name in names:
        query.pop(name, None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()
