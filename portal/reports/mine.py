"""“My Reports”: the list, one report as it runs, its editing, “Save As” and download (RP-01…RP-09).

A report's address says which one it is and nothing of what it is narrowed by: columns and filters
are kept with it, since names of consumers may be among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework.keyset import page_of
from portal.casework.listing import PAGE_SIZE, count_all
from portal.casework.machine import Refused
from portal.documents.responses import content_disposition
from portal.ledger.services import record
from portal.reports import saved as services
from portal.reports.mine_export import export_report
from portal.reports.mine_forms import ReportForm, SaveAsForm
from portal.reports.models import SavedReport
from portal.reports.registry import (
    Chosen,
    ReportColumn,
    ReportType,
    may_export,
    report_for,
    reports_for,
)
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor, NotAllowed

_FORM_METHODS: Final = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Asked:
    """A report as it was asked for: as it comes, or as its reader made it."""

    report: ReportType
    columns: Sequence[ReportColumn]
    chosen: Chosen
    saved: SavedReport | None = None

    @property
    def title(self) -> str:
        """The name it was saved under, or the report's own."""
        return (self.saved.name if self.saved else "") or self.report.label

    def url(self, page: str) -> str:
        """The address of one of its pages: ``report``, ``edit``, ``export``."""
        if self.saved is None:
            return reverse(f"reports:standard-{page}", args=[self.report.key])
        return reverse(f"reports:own-{page}", args=[self.saved.pk])


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The reports there are, those run last, and those saved (RP-01, RP-08)."""
    actor = _actor(request)
    by_key = {report.key: report for report in reports_for(actor)}
    context = {
        "reports": list(by_key.values()),
        "recent": _lines(services.recent_reports(actor), by_key),
        "private": _lines(services.private_reports(actor), by_key),
        "folder": services.FOLDER,
    }
    return render(request, "reports/mine.html", context)


@require_safe
def report(request: HttpRequest, key: str = "", pk: int = 0) -> HttpResponse:
    """One report as it runs, in pages; what it shows is recorded."""
    actor = _actor(request)
    asked = _asked(actor, key, pk)
    if asked.saved:
        services.note_run(saved=asked.saved)
    return _show(request, actor, asked)


@require_http_methods(_FORM_METHODS)
def edit(request: HttpRequest, key: str = "", pk: int = 0) -> HttpResponse:
    """Choose columns and filters; “Apply” shows what they do, “Run” leads to the report (RP-06)."""
    actor = _actor(request)
    asked = _asked(actor, key, pk)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        actor=actor,
        report=asked.report,
        columns=[column.key for column in asked.columns],
        chosen=asked.chosen,
    )
    if form.is_bound and form.is_valid():
        try:
            ran = services.run_report(
                actor=actor,
                report=asked.report,
                columns=form.cleaned_data["columns"],
                chosen=form.chosen,
                changes=asked.saved,
            )
        except ValidationError as refusal:
            form.add_refusals(refusal.message_dict)
        else:
            page = "edit" if "apply" in request.POST else "report"
            return redirect(f"reports:own-{page}", ran.pk)
    return _show(request, actor, asked, form=form)


@require_http_methods(_FORM_METHODS)
def save_as(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a report under a name in “Private Reports” (RP-07)."""
    actor = _actor(request)
    asked = _asked(actor, "", pk)
    assert asked.saved is not None
    form = SaveAsForm(request.POST or None, initial={"name": asked.saved.name})
    if form.is_bound and form.is_valid():
        try:
            kept = services.save_report(
                actor=actor, saved=asked.saved, name=form.cleaned_data["name"]
            )
        except ValidationError as refusal:
            form.add_error(None if hasattr(refusal, "error_dict") else "name", refusal)
        else:
            messages.success(request, f"Saved in {services.FOLDER}.")
            return redirect("reports:own-report", kept.pk)
    status = 422 if form.is_bound else 200
    return render(request, "reports/save_as.html", {"asked": asked, "form": form}, status=status)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own reports."""
    actor = _actor(request)
    saved = get_object_or_404(services.own_reports(actor), pk=pk)
    services.delete_report(actor=actor, saved=saved)
    messages.success(request, "The report was deleted.")
    return redirect("reports:mine")


@require_safe
def export(request: HttpRequest, key: str = "", pk: int = 0) -> HttpResponse:
    """The report as a file (RP-01)."""
    actor = _actor(request)
    asked = _asked(actor, key, pk)
    file_format = request.GET.get("format", "csv")
    if file_format not in FORMATS:
        raise BadRequest("There is no such format.")
    try:
        file = export_report(
            actor=actor,
            report=asked.report,
            columns=asked.columns,
            chosen=asked.chosen,
            file_format=file_format,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(asked.url("report"))
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition(file.name)},
    )


def _show(
    request: HttpRequest, actor: Actor, asked: Asked, *, form: ReportForm | None = None
) -> HttpResponse:
    """A page of the report's lines, below its editor where there is one."""
    rows = asked.report.rows(actor, asked.chosen)
    page = page_of(
        rows,
        sort=asked.report.sort,
        descending=False,
        size=PAGE_SIZE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    values = asked.report.values(actor, page.rows, asked.chosen)
    keys = {column.key for column in asked.columns}
    record(
        actor=actor,
        action="reports.run",
        consumers={pk for row in page.rows for pk in asked.report.consumers(row)},
        cases={pk for row in page.rows for pk in asked.report.cases(row)},
        fields=keys & asked.report.personal,
        data={"report": asked.report.key},
    )
    own = asked.url("edit" if form else "report")
    lines = [[line.get(column.key) for column in asked.columns] for line in values]
    labels = [column.label for column in asked.columns]
    context: dict[str, Any] = {
        "asked": asked,
        "form": form,
        "folder": services.FOLDER,
        "lines": lines,
        "table": [list(zip(labels, line, strict=True)) for line in lines],
        "total": count_all({"list": rows})["list"],  # type: ignore[dict-item]
        "filtered_by": services.description(asked.report, asked.chosen),
        "previous_url": f"{own}?{urlencode({'before': page.before})}" if page.before else "",
        "next_url": f"{own}?{urlencode({'after': page.after})}" if page.after else "",
        "report_url": asked.url("report"),
        "edit_url": asked.url("edit"),
        "export_url": asked.url("export") if may_export(actor, asked.report) else "",
        "formats": [*FORMATS],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(
        request, "reports/edit.html" if form else "reports/report.html", context, status=status
    )


def _asked(actor: Actor, key: str, pk: int) -> Asked:
    """A report as it comes, or one of the actor's own.

    Raises:
        Http404: there is none the actor may run.
    """
    saved = get_object_or_404(services.own_reports(actor), pk=pk) if pk else None
    try:
        found = report_for(actor, saved.report if saved else key)
    except KeyError:
        raise Http404 from None
    if saved is None:
        return Asked(found, found.columns_of(()), {})
    return Asked(found, found.columns_of(saved.columns), saved.chosen, saved)


def _lines(
    rows: Sequence[SavedReport], by_key: dict[str, ReportType]
) -> list[tuple[SavedReport, str, str]]:
    """Each report with its label and what it is narrowed by; those no longer offered are left
    out."""
    return [
        (
            row,
            row.name or by_key[row.report].label,
            services.description(by_key[row.report], row.chosen),
        )
        for row in rows
        if row.report in by_key
    ]


def _actor(request: HttpRequest) -> Actor:
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed("reports.mine")
    actor.require("reports.mine")
    return actor
