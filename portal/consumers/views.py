"""Pages of feeds: upload a file, watch it being read, see which rows were refused and why."""

import csv
import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.consumers import feeds, inbox, selectors
from portal.consumers.feeds import FeedRefused
from portal.consumers.forms import FeedForm
from portal.consumers.imports import continue_run, start_run
from portal.consumers.models import FeedRun
from portal.consumers.tasks import run_feed
from portal.tenancy.actor import Actor, NotAllowed

_PAGE = 50
_CONTENT_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}
_TONES = {
    FeedRun.State.RUNNING: "info",
    FeedRun.State.DONE: "success",
    FeedRun.State.REFUSED: "danger",
    FeedRun.State.STOPPED: "warning",
}


@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request: HttpRequest) -> HttpResponse:
    """Upload a file; the runs so far."""
    actor, kinds = _importer(request)
    form = FeedForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        run = start_run(
            kind=feeds.get(form.cleaned_data["kind"]),
            actor=actor,
            stored_as=inbox.keep(form.cleaned_data["file"]),
        )
        _send_to_worker(run)
        return redirect("consumers:feed-run", pk=run.pk)
    page = Paginator(selectors.runs_of(actor), _PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "kinds": kinds, "page": page, "runs": [_row(run) for run in page]}
    status = 422 if form.is_bound else 200
    return render(request, "consumers/feeds.html", context, status=status)


@require_safe
def feed_example(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """A file of the kind with its columns and one invented row, to begin with."""
    _, kinds = _importer(request)
    kind = next((kind for kind in kinds if kind.key == key), None)
    if kind is None:
        raise Http404
    rows = [kind.example] if kind.example else []
    response = HttpResponse(content_type=f"{_CONTENT_TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.key}.{form}"'
    if form == "csv":
        writer = csv.DictWriter(response, kind.columns, delimiter=kind.delimiter)
        writer.writeheader()
        writer.writerows(rows)
    else:
        for row in rows or [dict.fromkeys(kind.columns, "")]:
            response.write(json.dumps(row, ensure_ascii=False) + "\n")
    return response


@require_safe
def feed_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its counts, its progress, and the rows that were refused."""
    run = _run(request, pk)
    refused = Paginator(run.refused.all(), _PAGE).get_page(request.GET.get("page"))
    return render(request, "consumers/feed_run.html", _row(run) | {"refused": refused})


@require_safe
def feed_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a run's page that moves; polled by the page while the run is at work."""
    run = _run(request, pk)
    response = render(request, "consumers/_progress.html", _row(run))
    if run.is_over:
        response["HX-Refresh"] = "true"  # refused rows stand outside of this part
    return response


@require_POST
def feed_continue(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a run that lost its worker go on."""
    run = _run(request, pk)
    try:
        continue_run(run=run, actor=_importer(request)[0], now=timezone.now())
    except FeedRefused as refusal:
        messages.error(request, str(refusal))
    else:
        _send_to_worker(run)
    return redirect("consumers:feed-run", pk=run.pk)


@require_safe
def refused_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused lines with their reasons, as CSV; never the rows themselves."""
    run = _run(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-rows-{run.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow(["line", "reason"])
    writer.writerows(run.refused.values_list("line", "reason").iterator())
    return response


def _importer(request: HttpRequest) -> tuple[Actor, list[feeds.FeedKind]]:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None or not selectors.may_import(actor):
        raise NotAllowed("consumers.import")
    return actor, selectors.kinds_of(actor)


def _run(request: HttpRequest, pk: int) -> FeedRun:
    """A run the actor may see; a foreign one is not found, like a missing one."""
    actor, _ = _importer(request)
    return get_object_or_404(selectors.runs_of(actor), pk=pk)


def _send_to_worker(run: FeedRun) -> None:
    transaction.on_commit(
        lambda: run_feed.apply_async(
            kwargs={"exchange_id": run.exchange_id, "run_id": run.pk}, retry=False
        ),
        robust=True,
    )


def _row(run: FeedRun) -> dict[str, Any]:
    return {
        "run": run,
        "kind": feeds.get(run.kind),
        "tone": _TONES[FeedRun.State(run.state)],
        "may_continue": run.may_continue(timezone.now()),
    }
