"""The worklist, its call sheet and files, and an interaction logged in a row of it (CRW-13)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.views.forms import put_errors
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor
from retention.exports import export_worklist
from retention.forms import QuickInteractionForm
from retention.models import CrwCase, Interaction
from retention.services import log_interaction
from retention.views.requests import actor_with, crw_case_or_404, reader_of
from retention.worklist import Worklist, project_rows, with_row


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """Cases by risk, then by days to the deadline, then by aging; or as a sheet to call from."""
    actor = reader_of(request)
    found = Worklist(actor, request.GET, timezone.now())
    page = found.page
    surface = "crw.calls" if found.is_call_sheet else "crw.worklist"
    context = {
        **_row_context(actor, calls=found.is_call_sheet),
        "form": found.form,
        "rows": project_rows(actor, page.rows, found.now, surface=surface),
        "total": found.count(),
        "is_closed": found.form.is_valid() and found.form.is_closed,
        "tabs": _tabs(request.GET, calls=found.is_call_sheet),
        "previous_url": _page_url(request.GET, before=page.before),
        "next_url": _page_url(request.GET, after=page.after),
        "export_query": _without_place(request.GET).urlencode(),
        "may_export": actor.may("retention.export"),
        "may_transfer": actor.may("retention.transfer"),
        "outcomes": Interaction.Outcome,
    }
    status = 200 if found.form.is_valid() else 422
    return render(request, "retention/worklist.html", context, status=status)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The list as a file."""
    actor = actor_with(request, "retention.export")
    found = Worklist(actor, request.GET, timezone.now())
    chosen = request.GET.get("format", "csv")
    if chosen not in FORMATS or not found.form.is_valid():
        raise Http404
    try:
        file = export_worklist(actor=actor, worklist=found, file_format=chosen)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('retention:cases')}?{_without_place(request.GET).urlencode()}")
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, number: str) -> HttpResponse:
    """An interaction logged in a row of the worklist; without script, on the act's own page.

    ``?outcome=`` chooses the outcome beforehand; ``?close`` answers the row without the form.
    """
    actor = actor_with(request, "retention.work")
    case = crw_case_or_404(actor, number)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("casework:act", number, "log_interaction")
    data = request.POST if request.method == "POST" else request.GET
    calls = data.get("view") == "calls"
    if request.method == "GET":
        if "close" in data:
            return _row(request, actor, case, calls=calls, focus=True)
        outcome = data.get("outcome", "")
        initial = {"outcome": outcome} if outcome in Interaction.Outcome else {}
        form = QuickInteractionForm(
            case=case, actor=actor, initial=initial, auto_id=f"id_{number}_%s"
        )
        return _row(request, actor, case, calls=calls, form=form)
    form = QuickInteractionForm(request.POST, case=case, actor=actor, auto_id=f"id_{number}_%s")
    if form.is_valid():
        try:
            log_interaction(case=case, actor=actor, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _row(request, actor, case, calls=calls, focus=True, saved=True)
    return _row(request, actor, case, calls=calls, form=form)


def _row(
    request: HttpRequest, actor: Actor, case: Case, *, calls: bool, **extra: Any
) -> HttpResponse:
    """One row of the list, drawn anew; an error stands in its form, so htmx swaps it in."""
    found = with_row(CrwCase.objects.visible_to(actor)).filter(pk=case.pk)
    [row] = project_rows(actor, list(found), timezone.now(), surface="crw.row")
    context = {
        **_row_context(actor, calls=calls),
        "row": row,
        "may_transfer": actor.may("retention.transfer"),
        **extra,
    }
    return render(request, "retention/_row.html", context)


def _row_context(actor: Actor, *, calls: bool) -> dict[str, Any]:
    return {
        "calls": calls,
        "works": actor.may("retention.work") and not actor.read_only,
        "shows_holder": actor.may_any(("retention.view_organization", "retention.view_all")),
    }


def _tabs(params: QueryDict, *, calls: bool) -> list[dict[str, Any]]:
    query = _without_place(params)
    query.pop("view", None)
    plain = query.urlencode()
    with_calls = urlencode({"view": "calls"}) + (f"&{plain}" if plain else "")
    base = reverse("retention:cases")
    return [
        {"label": "Worklist", "url": f"{base}?{plain}", "current": not calls},
        {"label": "Call sheet", "url": f"{base}?{with_calls}", "current": calls},
    ]


def _without_place(params: QueryDict) -> QueryDict:
    query = params.copy()
    for name in ("after", "before", "format"):
        query.pop(name, None)
    return query


def _page_url(params: QueryDict, **place: str) -> str:
    [(name, cursor)] = place.items()
    if not cursor:
        return ""
    query = _without_place(params)
    query[name] = cursor
    return f"{reverse('retention:cases')}?{query.urlencode()}"
