"""The list people work from: its page, its export, and views saved of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from portal.casework import saved_views as views
from portal.casework.exports import export_cases
from portal.casework.listing import CaseList, read_list
from portal.casework.machine import Refused
from portal.casework.models import SavedView
from portal.casework.rows import project_rows
from portal.casework.views.bulk import bulk_acts
from portal.casework.views.requests import actor_of
from portal.documents.responses import content_disposition
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

LIST_KEY = "queue"


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """One view of the cases the actor may know of, filtered, sorted and counted."""
    actor = actor_of(request)
    cases = read_list(actor, request.GET)
    page = cases.page()
    saved = views.shown_views(actor=actor, list_key=LIST_KEY)
    counts = cases.counts(views.queries_of(saved, like=cases))
    filters = [name for name in cases.filters.fields if request.GET.get(name)]
    first_acts, other_acts = bulk_acts(actor, [case.kind for case in page.rows])
    context = {
        "cases": cases,
        "rows": project_rows(actor, page.rows, surface="queue"),
        "tabs": _tabs(cases, counts),
        "total": counts["list"],
        "filters_active": bool(filters),
        "previous_url": _address(request, before=page.before),
        "next_url": _address(request, after=page.after),
        "saved_views": views.counted(saved, counts),
        "query": request.GET.urlencode(),
        "bulk_acts": first_acts,
        "other_acts": other_acts,
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
    """The views the actor sees: to rename, share and delete those that are theirs to change."""
    actor = actor_of(request)
    shown = views.shown_views(actor=actor, list_key=LIST_KEY)
    return render(request, "casework/saved_views.html", {"saved_views": shown})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list's view, filters and order under a name."""
    actor = actor_of(request)
    query = request.POST.get("query", "")
    name = request.POST.get("name", "")
    unit = _unit(actor, request.POST.get("shared_with", ""))
    _say(
        request,
        lambda: views.save_view(
            actor=actor, list_key=LIST_KEY, name=name, query=query, shared_with=unit
        ),
        "View saved.",
    )
    page = "workbench" if request.POST.get("from") == "workbench" else "queue"
    return redirect(f"{reverse(f'casework:{page}')}?{query}")


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


@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Share a saved view with one's unit, or keep it to oneself again."""
    actor = actor_of(request)
    unit = _unit(actor, request.POST.get("shared_with", ""))
    _say(
        request,
        lambda: views.share_view(actor=actor, pk=pk, list_key=LIST_KEY, shared_with=unit),
        "The view is shared with your unit." if unit else "The view is its maker's alone.",
    )
    return redirect("casework:saved-views")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved view."""
    actor = actor_of(request)
    _say(
        request,
        lambda: views.delete_view(actor=actor, pk=pk, list_key=LIST_KEY),
        "View deleted.",
    )
    return redirect("casework:saved-views")


def _unit(actor: Actor, value: str) -> Organization | None:
    """The unit a form names; whether it is the actor's own, the service decides.

    Raises:
        Http404: it is none of this exchange's.
    """
    if not value:
        return None
    if actor.organization and value == str(actor.organization_id):
        return actor.organization
    known = Organization.objects.visible_to(actor)
    found = known.filter(pk=value).first() if value.isdecimal() and len(value) < 19 else None
    if found is None:
        raise Http404
    return found


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
