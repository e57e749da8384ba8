"""The workbench: the list on the left, the open case on the right, worked by keyboard.

It is the queue's list and the case's own page side by side, read through the same services and
shown behind the same gate. The address names the list and the case, so that it can be linked and
loaded anew; the session remembers it, so that people find it as they left it.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from portal.casework import saved_views
from portal.casework.listing import CaseList, read_list
from portal.casework.models import Case
from portal.casework.rows import project_rows
from portal.casework.views.case import case_context
from portal.casework.views.queue import LIST_KEY
from portal.casework.views.requests import BENCH, actor_of, case_or_404, remember_bench
from portal.tenancy.actor import Actor

#: How often an open workbench asks whether its list has changed, in seconds.
REFRESH = 30
#: Parameters that say which case is open and how, not which list.
_CASE = ("case", "show")


@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """List and case as the address says; without one, as they were left."""
    actor = actor_of(request, "casework.workbench")
    if not request.GET and request.session.get(BENCH):
        return _as_left(request, actor)
    cases = read_list(actor, request.GET)
    page = cases.page()
    saved = saved_views.shown_views(actor=actor, list_key=LIST_KEY)
    counts = cases.counts(saved_views.queries_of(saved, like=cases))
    number = request.GET.get("case", "")
    context: dict[str, Any] = {
        "cases": cases,
        "rows": project_rows(actor, page.rows, surface="workbench"),
        "open_number": number,
        "list_query": _list_query(request),
        "query": request.GET.urlencode(),
        "views": _views(cases, counts),
        "total": counts["list"],
        "filters_active": any(request.GET.get(name) for name in cases.filters.fields),
        "previous_url": _place(request, before=page.before),
        "next_url": _place(request, after=page.after),
        "saved_views": saved_views.counted(saved, counts),
        "etag": _etag(actor, page.rows),
        "refresh": REFRESH,
    }
    if number:
        context |= _pane(request, actor, case_or_404(actor, number))
    remember_bench(request, request.GET.urlencode())
    return render(request, "casework/workbench.html", context)


@require_GET
def bench_case(request: HttpRequest, number: str) -> HttpResponse:
    """The right half alone, for a page that has the left half already."""
    actor = actor_of(request, "casework.workbench")
    context = _pane(request, actor, case_or_404(actor, number))
    params = request.GET.copy()
    params["case"] = number
    remember_bench(request, params.urlencode())
    return render(request, "casework/_bench_case.html", context)


@require_GET
def bench_rows(request: HttpRequest) -> HttpResponse:
    """The left half's rows, or 304 while nothing in them has changed.

    The header ``X-Case-Stamp`` says how the open case stands (empty: the reader does not see it
    any more), so that its page can be marked as outdated without being touched.
    """
    actor = actor_of(request, "casework.workbench")
    cases = read_list(actor, request.GET)
    page = cases.page()
    tag = _etag(actor, page.rows)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        context = {
            "cases": cases,
            "rows": project_rows(actor, page.rows, surface="workbench"),
            "open_number": request.GET.get("case", ""),
            "list_query": _list_query(request),
        }
        response = render(request, "casework/_bench_rows.html", context)
    response["ETag"] = tag
    if number := request.GET.get("case"):
        response["X-Case-Stamp"] = _stamp_of(actor, number, page.rows)
    return response


def _as_left(request: HttpRequest, actor: Actor) -> HttpResponse:
    """To the remembered address; a case one does not see any more is left out of it."""
    params = QueryDict(request.session[BENCH], mutable=True)
    number = params.get("case")
    if number and not Case.objects.visible_to(actor).filter(number=number).exists():
        del params["case"]
        request.session[BENCH] = params.urlencode()
    query = params.urlencode() or "view=mine"
    return redirect(f"{reverse('casework:workbench')}?{query}")


def _pane(request: HttpRequest, actor: Actor, case: Case) -> dict[str, Any]:
    context = case_context(request, actor, case)
    params = request.GET.copy()
    for name in _CASE:
        params.pop(name, None)
    back = params.urlencode()
    params["case"] = case.number
    base = reverse("casework:workbench")
    return context | {
        "bench": BENCH,
        "stamp": _stamp(case),
        "show_base": f"{base}?{params.urlencode()}&",
        "here_url": f"{base}?{params.urlencode()}",
        "back_url": f"{base}?{back or 'view=mine'}",
    }


def _stamp(case: Case) -> str:
    """Changes whenever the case does; an opaque word for the page to compare."""
    return f"{case.version}-{case.updated_at.timestamp():.6f}"


def _stamp_of(actor: Actor, number: str, rows: Sequence[Case]) -> str:
    for case in rows:
        if case.number == number:
            return _stamp(case)
    found = Case.objects.visible_to(actor).filter(number=number).first()
    return _stamp(found) if found else ""


def _etag(actor: Actor, rows: Sequence[Case]) -> str:
    """Changes whenever a row would look different; with the day, since deadlines draw nearer.

    It is each reader's own: what one was told has not changed says nothing to the next.
    """
    reader = (actor.person_id, actor.role_key, actor.organization_id)
    state = [(row.pk, _stamp(row), row.owner_id, row.due_at, row.is_breached) for row in rows]
    digest = hashlib.sha256(repr((timezone.localdate(), reader, state)).encode()).hexdigest()
    return f'"{digest[:32]}"'


def _list_query(request: HttpRequest) -> str:
    """The address of the list without the case that is open, to be followed by ``case=``."""
    params = request.GET.copy()
    for name in _CASE:
        params.pop(name, None)
    return params.urlencode()


def _views(cases: CaseList, counts: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": view.label,
            "url": f"?{urlencode({'view': view.key})}",
            "current": view is cases.view,
            "count": counts[view.key],
        }
        for view in cases.views
    ]


def _place(request: HttpRequest, **place: str) -> str:
    """This list at another place; empty when there is none."""
    if not all(place.values()):
        return ""
    params = request.GET.copy()
    for name in ("after", "before", *_CASE):
        params.pop(name, None)
    params.update(place)
    return f"?{params.urlencode()}"
