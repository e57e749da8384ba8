"""The list people work from: its page, its export, and views saved of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.casework import saved_views as views
from portal.casework.exports import export_cases
from portal.casework.listing import CaseList, read_list
from portal.casework.machine import Refused
from portal.casework.models import SavedView
from portal.casework.rows import project_rows
from portal.casework.views.bulk import bulk_acts
from portal.casework.views.requests import actor_of
from portal.documents.responses import content_disposition

LIST_KEY = "queue"


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """One view of the cases the actor may know of, filtered, sorted and counted."""
    actor = actor_of(request)
    cases = read_list(actor, request.GET)
    page = cases.page()
    counts = cases.counts()
    filters = [name for name in cases.filters.fields if request.GET.get(name)]
    context = {
        "cases": cases,
        "rows": project_rows(actor, page.rows, surface="queue"),
        "tabs": _tabs(cases, counts),
        "total": counts["list"],
        "filters_active": bool(filters),
        "previous_url": _address(request, before=page.before),
        "next_url": _address(request, after=page.after),
        "saved_views": list(views.saved_views_of(actor=actor, list_key=LIST_KEY)),
        "query": request.GET.urlencode(),
        "bulk_acts": bulk_acts(actor),
        "export_urls": _export_urls(request) if actor.may("casework.export") else {},
        "is_outside": actor.is_outside,
    }
    return render(request, "casework/queue.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same list as a file, behind the same gate, written into the ledger."""
    actor = actor_of(request, "casework.export")
    params = request.GET.copy()
    file_format = params.pop("format", ["csv"])[-1]
    if file_format not in ("csv", "xlsx"):
        raise BadRequest("There is no such format.")
    try:
        file = export_cases(actor=actor, cases=read_list(actor, params), file_format=file_format)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('casework:queue')}?{params.urlencode()}")
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition(file.name)},
    )


@require_GET
def saved_views(request: HttpRequest) -> HttpResponse:
    """The actor's saved views, to rename and delete."""
    actor = actor_of(request)
    mine = views.saved_views_of(actor=actor, list_key=LIST_KEY)
    return render(request, "casework/saved_views.html", {"saved_views": list(mine)})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list's view, filters and order under a name."""
    actor = actor_of(request)
    query = request.POST.get("query", "")
    name = request.POST.get("name", "")
    _say(
        request,
        lambda: views.save_view(actor=actor, list_key=LIST_KEY, name=name, query=query),
        "View saved.",
    )
    return redirect(f"{reverse('casework:queue')}?{query}")


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a saved view another name."""
    actor = actor_of(request)
    name = request.POST.get("name", "")
    _say(
        request,
        lambda: views.rename_view(actor=actor, pk=pk, list_key=LIST_KEY, name=name),
        "View renamed.",
    )
    return redirect("casework:saved-views")


@require_http_methods(["POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved view."""
    actor = actor_of(request)
    _say(
        request,
        lambda: views.delete_view(actor=actor, pk=pk, list_key=LIST_KEY),
        "View deleted.",
    )
    return redirect("casework:saved-views")


def _say(request: HttpRequest, change: Callable[[], Any], done: str) -> None:
    try:
        change()
    except SavedView.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)


def _tabs(cases: CaseList, counts: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": view.label,
            "url": f"?{urlencode({'view': view.key})}",
            "current": view is cases.view,
            "count": counts[view.key],
        }
        for view in cases.views
    ]


def _address(request: HttpRequest, **place: str) -> str:
    """This list at another place; empty when there is none."""
    if not all(place.values()):
        return ""
    params = request.GET.copy()
    for name in ("after", "before"):
        params.pop(name, None)
    params.update(place)
    return f"?{params.urlencode()}"


def _export_urls(request: HttpRequest) -> dict[str, str]:
    base = reverse("casework:queue-export")
    params = request.GET.copy()
    for name in ("after", "before"):
        params.pop(name, None)
    found = {}
    for file_format in ("csv", "xlsx"):
        params["format"] = file_format
        found[file_format] = f"{base}?{params.urlencode()}"
    return found
