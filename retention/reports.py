"""What all enrollers of an organization did with their CRW cases (CRW-06, X-07).

A report counts work and names no consumer, so it also counts cases of consumers who have left the
book since; lists, which do name them, leave those out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.http import QueryDict

from portal.clocks.reckoning import zone
from portal.ledger.services import record
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor
from portal.ui.forms import PlainSelect
from retention.aging import today
from retention.figures import in_days
from retention.forms import choose
from retention.models import CrwCase, CrwCaseQuerySet, Risk

ACTION: Final = "retention.report"
#: Weeks of the table by week, the present one included.
WEEKS: Final = 12
NOBODY: Final = "Nobody yet"
HEADER: Final = (
    *("Report", "Line", "Open", "Closed", "Reached", "Renewed"),
    "Average days to resolve",
)


@dataclass(frozen=True)
class Line:
    """One line of a table."""

    label: str
    open: int = 0
    closed: int = 0
    #: Cases, open or closed, in which the consumer was spoken with.
    reached: int = 0
    renewed: int = 0
    average: timedelta | None = None
    #: Filters of the worklist that hold the line's cases; empty: there is no one list.
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def average_label(self) -> str:
        return in_days(self.average) if self.closed else ""


@dataclass(frozen=True)
class Report:
    """The tables of one report, and their sum."""

    total: Line
    by_agency: Sequence[Line]
    by_enroller: Sequence[Line]
    by_risk: Sequence[Line]
    by_reason: Sequence[Line]
    by_week: Sequence[Line]

    def tables(self) -> Iterable[tuple[str, Sequence[Line]]]:
        """Title and lines of each table that has any."""
        titled = (
            ("By agency or entity", self.by_agency),
            ("By enroller", self.by_enroller),
            ("By risk", self.by_risk),
            ("By reason", self.by_reason),
            ("By week", self.by_week),
        )
        return [(title, lines) for title, lines in titled if lines]


class ReportForm(forms.Form):
    """What a report is narrowed by."""

    plan_year = forms.ChoiceField(label="Plan year", required=False, widget=PlainSelect)
    agency = forms.CharField(
        label="Agency or entity", required=False, max_length=80, help_text="Its code or name."
    )

    def __init__(self, data: QueryDict, *, actor: Actor, now: datetime) -> None:
        super().__init__(data)
        year = today(now, actor.exchange.time_zone).year
        years = [(str(y), str(y)) for y in range(year + 1, year - 3, -1)]
        choose(self, "plan_year", [("", "All"), *years])
        if not actor.may("retention.view_all"):
            del self.fields["agency"]

    def narrow(self, rows: CrwCaseQuerySet) -> CrwCaseQuerySet:
        """The cases that were asked for; call it on a valid form."""
        if year := self.cleaned_data.get("plan_year"):
            rows = rows.filter(plan_year=int(year))
        if agency := self.cleaned_data.get("agency"):
            named = Q(organization__code=agency) | Q(organization__name__icontains=agency)
            rows = rows.filter(named)
        return rows


def reported(actor: Actor) -> CrwCaseQuerySet:
    """The cases the actor's reports count.

    Raises:
        NotAllowed: the actor sees no reports of others' work.
    """
    actor.require(ACTION)
    rows = CrwCase.objects.filter(exchange_id=actor.exchange_id)
    if actor.may("retention.view_all"):
        return rows
    return rows.filter(organization_id__in=actor.organization_ids)


def read_report(actor: Actor, rows: CrwCaseQuerySet, now: datetime) -> Report:
    """Count ``rows`` (see :func:`reported`) by enroller, risk, reason and week.

    One statement a table. Weeks begin on Monday, local to the exchange: cases opened count as
    open in the week they came, whatever became of them; closed ones in the week they were closed.
    """
    total = _lines(rows, {"all": F("exchange_id")}, lambda _: ("All together", {}))
    return Report(
        total=total[0] if total else Line("All together"),
        by_agency=_by_agency(rows) if actor.may("retention.view_all") else (),
        by_enroller=_lines(
            rows,
            {"id": F("enroller_id"), "name": F("enroller__full_name")},
            lambda row: (row["name"] or NOBODY, {"enroller": row["id"] or "nobody"}),
        ),
        by_risk=_lines(
            rows, {"id": F("risk")}, lambda row: (Risk(row["id"]).label, {"risk": row["id"]})
        )[::-1],
        by_reason=_lines(
            rows.filter(is_open=False),
            {"id": F("reason__key"), "name": F("reason__label")},
            lambda row: (row["name"] or "No reason", {"reason": row["id"]} if row["id"] else {}),
        ),
        by_week=_by_week(rows, actor, now),
    )


def export_report(*, actor: Actor, report: Report, file_format: str, now: datetime) -> Export:
    """Write all tables of a report to one file: a line for each line of each table.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor sees no reports of others' work.
        KeyError: there is no such format.
    """
    actor.require(ACTION)
    write, content_type = FORMATS[file_format]
    titled = [("All together", [report.total]), *report.tables()]
    cells = [_cells(title, line) for title, lines in titled for line in lines]
    content = write(HEADER, cells, title="CRW activities")
    record(
        actor=actor,
        action="retention.report_exported",
        data={"format": file_format, "rows": len(cells)},
    )
    day = today(now, actor.exchange.time_zone)
    return Export(content, content_type, f"crw-activities-{day:%Y-%m-%d}.{file_format}")


def _cells(title: str, line: Line) -> list[Any]:
    average = f"{line.average / timedelta(days=1):.1f}" if line.average is not None else ""
    return [title, line.label, line.open, line.closed, line.reached, line.renewed, average]


_FIGURES: Final[Mapping[str, Any]] = {
    "open_count": Count("pk", filter=Q(is_open=True)),
    "closed_count": Count("pk", filter=Q(is_open=False)),
    "reached_count": Count("pk", filter=Q(is_reached=True)),
    "renewed_count": Count("pk", filter=Q(is_open=False, reason__counts_as_renewed=True)),
    "mean": Avg("open_seconds", filter=Q(is_open=False)),
}


def _lines(
    rows: QuerySet[Any],
    keys: Mapping[str, Any],
    describe: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, Any]]],
) -> list[Line]:
    """One line for each value of ``keys``, by label."""
    grouped = rows.order_by().values(**{f"by_{key}": column for key, column in keys.items()})
    found = []
    for row in grouped.annotate(**_FIGURES):
        label, query = describe({key: row[f"by_{key}"] for key in keys})
        mean = row["mean"]
        found.append(
            Line(
                label,
                open=row["open_count"],
                closed=row["closed_count"],
                reached=row["reached_count"],
                renewed=row["renewed_count"],
                average=None if mean is None else timedelta(seconds=float(mean)),
                query=query,
            )
        )
    return sorted(found, key=lambda line: line.label)


def _by_agency(rows: CrwCaseQuerySet) -> list[Line]:
    keys = {"code": F("organization__code"), "name": F("organization__name")}
    return _lines(rows, keys, lambda row: (row["name"] or "None", {"agency": row["code"] or ""}))


def _by_week(rows: CrwCaseQuerySet, actor: Actor, now: datetime) -> list[Line]:
    tz = zone(actor.exchange.time_zone)
    day = today(now, actor.exchange.time_zone)
    first = day - timedelta(days=day.weekday(), weeks=WEEKS - 1)
    start = datetime(first.year, first.month, first.day, tzinfo=tz)
    came = _count_weeks(rows, "case__opened_at", start, tz, {"open": Count("pk")})
    went = _count_weeks(
        rows.filter(is_open=False),
        "closed_at",
        start,
        tz,
        {
            "closed": Count("pk"),
            "reached": Count("pk", filter=Q(is_reached=True)),
            "renewed": Count("pk", filter=Q(reason__counts_as_renewed=True)),
        },
    )
    weeks = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [_week_line(week, {**came.get(week, {}), **went.get(week, {})}) for week in weeks]


def _week_line(monday: date, counts: Mapping[str, int]) -> Line:
    label = f"Week of {monday:%b} {monday.day}, {monday.year}"
    return Line(
        label,
        open=counts.get("open", 0),
        closed=counts.get("closed", 0),
        reached=counts.get("reached", 0),
        renewed=counts.get("renewed", 0),
    )


def _count_weeks(
    rows: CrwCaseQuerySet, column: str, start: datetime, tz: Any, figures: Mapping[str, Any]
) -> dict[date, dict[str, int]]:
    counts = {f"count_{name}": figure for name, figure in figures.items()}
    grouped = (
        rows.filter(**{f"{column}__gte": start})
        .order_by()
        .values(week=TruncWeek(column, tzinfo=tz))
        .annotate(**counts)
    )
    return {
        row["week"].astimezone(tz).date(): {name: row[f"count_{name}"] for name in figures}
        for row in grouped
    }
