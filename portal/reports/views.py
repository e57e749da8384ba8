"""Pages of the reports room."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.casework import kinds
from portal.clocks.explanations import party_label
from portal.clocks.reckoning import zone
from portal.ledger.services import record
from portal.reports.clock import Line, PartyReport, party_report
from portal.reports.forms import ClockReportForm
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor, NotAllowed

#: Colours of the chart's series, in the order of the parties; more parties share the last.
_SERIES: Final = ("--accent", "--warning", "--success", "--danger", "--line-strong", "--ink",
                  "--focus")  # fmt: skip
_HEADER: Final = ("Month", "Kind", "Type", "Party", "Business minutes")


@dataclass(frozen=True)
class Row:
    """A line of a table with its name, and the list of its open cases where there is one."""

    label: str
    kind: str
    line: Line
    url: str = ""


@require_safe
def clock(request: HttpRequest) -> HttpResponse:
    """Business minutes per party, type and month (decision 10)."""
    actor = _reader(request)
    form = _form(request, actor)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode()}
    if form.is_valid():
        report = _report(actor, form)
        colours = [_SERIES[min(n, len(_SERIES) - 1)] for n in range(len(report.parties))]
        context |= {
            "report": report,
            "parties": list(zip(report.party_labels, colours, strict=True)),
            "types": [_type_row(actor, form, line) for line in report.by_type],
            "months": [Row(f"{line.key:%B %Y}", "", line) for line in report.by_month],
        }
    status = 200 if form.is_valid() else 422
    return render(request, "reports/clock.html", context, status=status)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The report as a file, a line for each kind, type, party and month."""
    actor = _reader(request)
    form = _form(request, actor)
    chosen = request.GET.get("format", "csv")
    if chosen not in FORMATS or not form.is_valid():
        raise Http404
    write, content_type = FORMATS[chosen]
    content = write(_HEADER, _lines(form, _report(actor, form)), title="Who held the clock")
    response = HttpResponse(content, content_type=content_type)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    name = f"who-held-the-clock-{first:%Y-%m}-to-{last:%Y-%m}.{chosen}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    record(actor=actor, action="reports.exported", data={"report": "clock", "format": chosen})
    return response


def _lines(form: ClockReportForm, report: PartyReport) -> Iterator[tuple[str, str, str, str, int]]:
    cells = sorted(report.cells, key=lambda cell: (cell.month, cell.kind, cell.topic, cell.party))
    for cell in cells:
        topic = form.topics.get((cell.kind, cell.topic), cell.topic)
        kind = kinds.get(cell.kind).label
        yield f"{cell.month:%Y-%m}", kind, topic, party_label(cell.party), cell.minutes


def _type_row(actor: Actor, form: ClockReportForm, line: Line) -> Row:
    kind, topic = line.key
    label = form.topics.get((kind, topic)) or topic or kinds.get(kind).plural
    chosen = {"kind": kind, "type": topic, "queue": form.cleaned_data["unit"], "view": "all"}
    query = urlencode({name: value for name, value in chosen.items() if value})
    url = f"{reverse('casework:queue')}?{query}" if actor.may("casework.view") else ""
    return Row(label, kinds.get(kind).label, line, url)


def _report(actor: Actor, form: ClockReportForm) -> PartyReport:
    chosen = form.cleaned_data
    return party_report(
        actor=actor,
        first=chosen["first"],
        last=chosen["last"],
        now=timezone.now(),
        kind=chosen["kind"],
        topic=chosen["type"],
        queue_id=int(chosen["unit"]) if chosen["unit"] else None,
    )


def _form(request: HttpRequest, actor: Actor) -> ClockReportForm:
    today = timezone.now().astimezone(zone(actor.exchange.time_zone)).date()
    return ClockReportForm(request.GET, actor=actor, today=today)


def _reader(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed("reports.view")
    actor.require("reports.view")
    return actor
