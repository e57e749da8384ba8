"""The privacy officer's pages: who saw this person's data, and under what authority."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.ledger import names, selectors
from portal.ledger.anchor import AnchorDamaged, write_anchor
from portal.ledger.forms import FilterForm, PersonForm
from portal.ledger.selectors import Question
from portal.ledger.services import record
from portal.ledger.verify import verify_ledger
from portal.spreadsheets import safe_cell
from portal.tenancy.actor import Actor

#: Rows of one export; a question that finds more is to be narrowed.
EXPORT_LIMIT = 50_000


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """The entries a question asks for, newest first; looking is itself recorded."""
    actor = _actor(request, "ledger.view")
    form = FilterForm(request.GET, actor=actor)
    question = _question(form)
    try:
        page = selectors.page_of(
            selectors.entries_for(actor, question), after=request.GET.get("after", "")
        )
    except ValueError as error:
        raise BadRequest("This page of the list does not exist.") from error
    record(
        actor=actor,
        action="ledger.viewed",
        cases=question.cases,
        consumers=question.consumers,
        data={"people": list(question.people), "office": question.office},
    )
    query = request.GET.copy()
    query.pop("after", None)
    newest = f"?{query.urlencode()}"
    if page.after:
        query["after"] = page.after
    context = {
        "page": page,
        "form": form,
        "person_form": PersonForm(),
        "about": _about(question),
        "next_url": f"?{query.urlencode()}" if page.after else "",
        "newest_url": newest if "after" in request.GET else "",
        "export_query": request.GET.urlencode(),
        "may_export": actor.may("ledger.export"),
        "may_verify": actor.may("ledger.verify"),
    }
    return render(request, "ledger/ledger.html", context)


@require_POST
def find_person(request: HttpRequest) -> HttpResponse:
    """Turn a name or number into ids, and ask with these: the address holds nobody's data."""
    actor = _actor(request, "ledger.view")
    form = PersonForm(request.POST)
    if not form.is_valid():
        return redirect("ledger:ledger")
    found: dict[str, str] = {}
    about, by = form.cleaned_data["about"].strip(), form.cleaned_data["by"].strip()
    if about:
        cases = names.directory(names.CASE).about_person(about)
        consumers = names.directory(names.CONSUMER).about_person(about)
        found |= _as_parameters(cases=cases, consumers=consumers)
        if not found:
            messages.warning(request, "Nobody by that name or number is on record.")
            return redirect("ledger:ledger")
    if by:
        people = selectors.people_named(actor.exchange, by)
        if not people:
            messages.warning(request, "Nobody by that name works with the portal.")
            return redirect("ledger:ledger")
        found |= _as_parameters(people=people)
    return redirect(f"{reverse('ledger:ledger')}?{urlencode(found)}")


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same question as a CSV file; the export is recorded with what it asked for."""
    actor = _actor(request, "ledger.export")
    actor.require("ledger.view")
    question = _question(FilterForm(request.GET, actor=actor))
    rows = list(selectors.entries_for(actor, question)[: EXPORT_LIMIT + 1])
    if len(rows) > EXPORT_LIMIT:
        messages.error(request, f"More than {EXPORT_LIMIT:,} entries. Narrow the dates first.")
        return redirect(f"{reverse('ledger:ledger')}?{request.GET.urlencode()}")
    record(
        actor=actor,
        action="ledger.export",
        cases=question.cases,
        consumers=question.consumers,
        data={"rows": len(rows), "people": list(question.people), "office": question.office},
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(selectors.COLUMNS)
    zone = ZoneInfo(actor.exchange.time_zone)
    for batch in _batches(rows, 2_000):
        for row in selectors.in_words(batch):
            writer.writerow([safe_cell(cell) for cell in selectors.as_cells(row, zone)])
    day = timezone.now().astimezone(zone).date()
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="ledger-{day.isoformat()}.csv"',
            "Cache-Control": "no-store, private",
        },
    )


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Reckon the whole chain anew and say what was found; a sound chain is anchored."""
    actor = _actor(request, "ledger.verify")
    # Before anything is recorded: entries of this very transaction have no seal yet.
    report = verify_ledger(exchange=actor.exchange)
    anchored = None
    if report.is_sound:
        try:
            anchored = write_anchor(exchange=actor.exchange, at=timezone.now())
        except (AnchorDamaged, OSError):
            messages.error(request, "The chain is sound, but its head could not be anchored.")
    record(
        actor=actor,
        action="ledger.verify",
        data={"sound": report.is_sound, "seals": report.seals, "problems": len(report.problems)},
    )
    context = {"report": report, "anchored": anchored, "problems": report.problems[:50]}
    return render(request, "ledger/verified.html", context)


def _actor(request: HttpRequest, action: str) -> Actor:
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require(action)
    return actor


def _question(form: FilterForm) -> Question:
    """The question of a form; a part that cannot be read asks for nothing."""
    form.is_valid()
    data = form.cleaned_data
    cases = form.ids("cases")
    if number := data.get("case"):
        # A number nobody has must find nothing, not everything.
        cases = [*names.directory(names.CASE).by_number(number)] or [0]
    office = data.get("office")
    return Question(
        cases=cases,
        consumers=form.ids("consumers"),
        people=form.ids("people"),
        office=office.pk if office else None,
        since=data.get("since"),
        until=data.get("until"),
        only_outside=data.get("what") == "outside",
        only_refused=data.get("what") == "refused",
    )


def _about(question: Question) -> list[str]:
    """Whom the list is narrowed to, in numbers people know."""
    return [
        *names.labels(names.CASE, question.cases[:10]).values(),
        *names.labels(names.CONSUMER, question.consumers[:10]).values(),
    ]


def _as_parameters(**ids: Iterable[int]) -> dict[str, str]:
    joined = {name: ".".join(map(str, found)) for name, found in ids.items()}
    return {name: text for name, text in joined.items() if text}


def _batches(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
