"""Pages that try a change: draft, replay, result. Nothing here changes a clock or a rule."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.clocks import selectors, simulation, spine, tasks
from portal.clocks.changes import DatedHours
from portal.clocks.explanations import promise_of
from portal.clocks.forms import CalendarForm, DraftForm
from portal.clocks.models import SimulatedClock, Simulation, SlaPolicy
from portal.clocks.reckoning import zone
from portal.clocks.simulation import ACTION, Counts
from portal.clocks.versions import Promise
from portal.ledger.services import record
from portal.spreadsheets import safe_cell
from portal.tenancy.actor import Actor, NotAllowed

_PAGE: Final = 50
#: Dates older than this are kept in a draft as they are: few recorded clocks ran over them.
_SHOWN: Final = timedelta(days=731)
_TONES: Final = {
    Simulation.State.RUNNING: "info",
    Simulation.State.DONE: "success",
    Simulation.State.FAILED: "danger",
}
_FINDING_TONES: Final = {
    SimulatedClock.Finding.TO_MISSED: "danger",
    SimulatedClock.Finding.TO_MET: "success",
    SimulatedClock.Finding.UNEXPLAINED: "warning",
}


@dataclass(frozen=True)
class Finding:
    """One clock of the result as a reader is shown it; local times."""

    number: str
    #: Empty: the reader may not open the case.
    url: str
    policy: str
    label: str
    tone: str
    is_open: bool
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime
    draft_due_at: datetime


@require_http_methods(["GET", "HEAD", "POST"])
def try_policy(request: HttpRequest, key: str) -> HttpResponse:
    """Draft other terms of a policy and replay them."""
    actor = _simulating(request)
    policy = get_object_or_404(
        SlaPolicy.objects.filter(exchange_id=actor.exchange_id).select_related("calendar"), key=key
    )
    stored = SlaPolicy.objects.get(pk=policy.pk)  # a copy: the form writes into its instance
    form = DraftForm(request.POST if request.method == "POST" else None, instance=stored)
    if form.is_bound and form.is_valid():
        try:
            found = simulation.simulate_policy(
                actor=actor, policy=policy, draft=Promise.of(form.save(commit=False))
            )
        except ValidationError as error:
            _add_errors(form, error)
        else:
            return _replay(found)
    context = {
        "form": form,
        "heading": f"Try a change: {policy.label}",
        "promise": promise_of(policy),
        "cancel_url": reverse("clocks:policies"),
    }
    return render(request, "clocks/try.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def try_hours(request: HttpRequest, key: str) -> HttpResponse:
    """Draft other hours of a calendar and replay every policy on it."""
    actor = _simulating(request)
    row = get_object_or_404(selectors.calendars_of(actor), key=key)
    entries = [DatedHours.of(entry) for entry in row.exceptions.all()]
    first = (timezone.now() - _SHOWN).date()
    form = CalendarForm(
        request.POST if request.method == "POST" else None,
        calendar=row,
        shown=[entry for entry in entries if entry.date >= first],
        kept=[entry for entry in entries if entry.date < first],
    )
    if form.is_bound and form.is_valid():
        try:
            found = simulation.simulate_hours(
                actor=actor,
                calendar=row,
                week=form.cleaned_data["week"],
                exceptions=form.cleaned_data["exceptions"],
            )
        except ValidationError as error:
            _add_errors(form, error)
        else:
            return _replay(found)
    context = {
        "form": form,
        "heading": f"Try a change: {row.name}",
        "cancel_url": reverse("clocks:calendar"),
    }
    return render(request, "clocks/try.html", context, status=422 if form.is_bound else 200)


@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What a draft would have made of the record: counts, and the clocks it would turn."""
    actor = _simulating(request)
    found = _simulation(actor, pk)
    rows = _found(found, request.GET.get("finding", ""))
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = _context(actor, found) | {
        "page": page,
        "findings": _findings(actor, list(page.object_list)),
        "chosen": request.GET.get("finding", ""),
        "kinds": SimulatedClock.Finding.choices,
        "zone": actor.exchange.time_zone,
    }
    return render(request, "clocks/simulation.html", context)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a result that moves; polled while the replay is at work."""
    actor = _simulating(request)
    found = _simulation(actor, pk)
    response = render(request, "clocks/_simulation_progress.html", _context(actor, found))
    if found.state != Simulation.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def continue_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a replay that lost its worker go on."""
    found = _simulation(_simulating(request), pk)
    if simulation.is_silent(found, timezone.now()):
        _send_to_worker(found)
    return redirect("clocks:simulation", pk=found.pk)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """Every clock of the result as CSV, times local to the exchange."""
    actor = _simulating(request)
    found = _simulation(actor, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="simulation-{found.pk}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        ["Case", "Clock", "Finding", "Open", "Started", "Ended", "Due", "Due under the draft"]
    )
    rows = Paginator(_found(found, request.GET.get("finding", "")), 1_000)
    for number in rows.page_range:
        for row in _findings(actor, list(rows.page(number).object_list)):
            times = (row.started_at, row.ended_at, row.due_at, row.draft_due_at)
            writer.writerow(
                [
                    safe_cell(row.number),
                    safe_cell(row.policy),
                    row.label,
                    "Yes" if row.is_open else "",
                    *(f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in times),
                ]
            )
    record(
        actor=actor,
        action="clocks.simulation_exported",
        data={"simulation": found.pk, "rows": rows.count},
    )
    return response


def _replay(found: Simulation) -> HttpResponse:
    """Replay while the person waits, or let a worker do it."""
    if not simulation.replay_at_once(found):
        _send_to_worker(found)
    return redirect("clocks:simulation", pk=found.pk)


def _send_to_worker(found: Simulation) -> None:
    transaction.on_commit(
        lambda: tasks.replay.apply_async(
            kwargs={"exchange_id": found.exchange_id, "simulation_id": found.pk}, retry=False
        ),
        robust=True,
    )


def _context(actor: Actor, found: Simulation) -> dict[str, Any]:
    counts = simulation.counts_of(found)
    labels = {
        str(pk): label
        for pk, label in SlaPolicy.objects.filter(pk__in=counts).values_list("pk", "label")
    }
    by_policy = sorted((labels[key], value) for key, value in counts.items() if key in labels)
    about = found.policy or found.calendar
    return {
        "simulation": found,
        "name": about.label if isinstance(about, SlaPolicy) else str(about),
        "drafted": _draft_in_words(found),
        "tone": _TONES[Simulation.State(found.state)],
        "is_silent": simulation.is_silent(found, timezone.now()),
        "by_policy": by_policy,
        "total": sum(counts.values(), Counts()),
        "use_url": _use_url(actor, found),
    }


def _use_url(actor: Actor, found: Simulation) -> str:
    """Where the draft becomes a change, for those who may make it."""
    if found.policy is not None and actor.may("clocks.edit_policies"):
        return reverse("clocks:policy-edit", args=[found.policy.key]) + f"?draft={found.pk}"
    if found.calendar is not None and actor.may("clocks.edit_calendar"):
        return reverse("clocks:calendar-edit", args=[found.calendar.key]) + f"?draft={found.pk}"
    return ""


def _draft_in_words(found: Simulation) -> str:
    """The draft as one line."""
    if found.policy is not None:
        return promise_of(simulation.drafted_policy(found))
    live = {entry["date"]: entry["hours"] for entry in found.live["exceptions"]}
    draft = {entry["date"]: entry["hours"] for entry in found.draft["exceptions"]}
    days = [day for day in sorted(live.keys() | draft.keys()) if live.get(day) != draft.get(day)]
    parts = ["Other weekly hours"] if found.live["week"] != found.draft["week"] else []
    if days:
        parts.append("other hours on " + ", ".join(days))
    return " and ".join(parts) or "The hours as they are"


def _found(found: Simulation, finding: str) -> Any:
    rows = found.found.select_related("policy")
    return rows.filter(finding=finding) if finding in SimulatedClock.Finding else rows


def _findings(actor: Actor, rows: Sequence[SimulatedClock]) -> list[Finding]:
    """The rows for a reader, with links to the cases they may see."""
    ids = {row.case_id for row in rows}
    numbers, urls = spine.get().numbers(ids), spine.get().addresses(actor, ids)
    tz = zone(actor.exchange.time_zone)
    return [
        Finding(
            number=numbers.get(row.case_id, ""),
            url=urls.get(row.case_id, ""),
            policy=row.policy.label,
            label=row.get_finding_display(),
            tone=_FINDING_TONES[SimulatedClock.Finding(row.finding)],
            is_open=row.is_open,
            started_at=row.started_at.astimezone(tz),
            ended_at=row.ended_at.astimezone(tz) if row.ended_at else None,
            due_at=row.due_at.astimezone(tz),
            draft_due_at=row.draft_due_at.astimezone(tz),
        )
        for row in rows
    ]


def _simulating(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(ACTION)
    actor.require(ACTION)
    return actor


def _simulation(actor: Actor, pk: int) -> Simulation:
    """One of the actor's exchange; a foreign one is not found, like a missing one."""
    rows = simulation.simulations_of(actor).select_related("policy__calendar", "calendar")
    return get_object_or_404(rows.select_related("asked_by"), pk=pk)


def _add_errors(form: BaseForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)  # type: ignore[arg-type]
