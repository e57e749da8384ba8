"""Reports of all enrollers' CRW activities (CRW-06)."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.spreadsheets import FORMATS
from retention.reports import (
    ACTION,
    Line,
    Report,
    ReportForm,
    export_report,
    read_report,
    reported,
)
from retention.views.requests import actor_with


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Open, closed, reached and renewed, by enroller, risk, reason and week."""
    actor = actor_with(request, ACTION)
    now = timezone.now()
    form = ReportForm(request.GET, actor=actor, now=now)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode()}
    if form.is_valid():
        report = read_report(actor, form.narrow(reported(actor)), now)
        context |= {"report": report, "tables": _tables(report, form)}
    return render(
        request, "retention/reports.html", context, status=200 if form.is_valid() else 422
    )


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The report as a file."""
    actor = actor_with(request, ACTION)
    now = timezone.now()
    form = ReportForm(request.GET, actor=actor, now=now)
    chosen = request.GET.get("format", "csv")
    if chosen not in FORMATS or not form.is_valid():
        raise Http404
    report = read_report(actor, form.narrow(reported(actor)), now)
    file = export_report(actor=actor, report=report, file_format=chosen, now=now)
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


def _tables(report: Report, form: ReportForm) -> list[dict[str, Any]]:
    agency = form.cleaned_data.get("agency")
    return [
        {
            "id": f"crw-report-{number}",
            "title": title,
            "is_weekly": lines is report.by_week,
            "lines": [(line, *_urls(line, agency)) for line in lines],
        }
        for number, (title, lines) in enumerate(report.tables(), start=1)
    ]


def _urls(line: Line, agency: str | None) -> tuple[str, str]:
    """Addresses of the line's open and closed cases; empty where there is no such list."""
    if not line.query:
        return "", ""
    query = {**({"agency": agency} if agency else {}), **line.query}
    base = reverse("retention:cases")
    return (f"{base}?{urlencode(query)}", f"{base}?{urlencode({**query, 'state': 'closed'})}")
