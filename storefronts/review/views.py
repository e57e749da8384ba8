"""The pages of Outreach and Sales: the queue, an application under review, bulk assignment."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework.bulk import MOST
from portal.casework.common_acts import act_on_many
from portal.casework.forms import AssignForm
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.rows import for_rows, project_rows
from portal.casework.views.case import case_context
from portal.casework.views.requests import actor_of, case_or_404, chosen_numbers
from portal.tenancy.actor import Actor
from storefronts.addresses import STATE_NAMES
from storefronts.models import StorefrontApplication
from storefronts.photos import photos_of
from storefronts.review import checklist, services, surroundings
from storefronts.review.queue import VIEWS, query_of, read_queue
from storefronts.status.listing import TONES
from storefronts.table import KIND

_REVIEW: Final = "storefronts.review"
_ASSIGN: Final = "casework.assign"


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Applications by the promise that ends first, with age, standing and who has them."""
    actor = actor_of(request, _REVIEW)
    found = read_queue(actor, request.GET)
    counts = found.counts()
    context = {
        "queue": found,
        "rows": found.rows(),
        "tabs": [
            {
                "label": view.label,
                "url": f"?{urlencode({'view': view.key})}",
                "current": view is found.view,
                "count": counts[view.key],
            }
            for view in VIEWS
        ],
        "total": counts["list"],
        "is_decided": found.view is VIEWS[-1],
        "may_assign": actor.may(_ASSIGN) and not actor.read_only and found.view is not VIEWS[-1],
        "previous_url": query_of(request.GET, before=found.page.before),
        "next_url": query_of(request.GET, after=found.page.after),
    }
    return render(request, "storefronts/review/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen applications to one colleague: all of them, or none."""
    actor = actor_of(request, _REVIEW)
    actor.require(_ASSIGN)
    numbers = chosen_numbers(request.POST if request.method == "POST" else request.GET)
    if not numbers:
        messages.error(request, "Choose at least one application first.")
        return redirect("storefronts:review")
    if len(numbers) > MOST:
        raise BadRequest(f"At most {MOST} applications at once.")
    rows = Case.objects.visible_to(actor).filter(kind=KIND, number__in=numbers)
    cases = list(for_rows(rows, actor).order_by("number"))
    if len(cases) != len(numbers):
        raise Http404
    count = "1 application" if len(cases) == 1 else f"{len(cases)} applications"
    form = AssignForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            act_on_many(actor=actor, numbers=numbers, act_key="assign", **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"Assigned: {count}.")
            return redirect("storefronts:review")
    context = {
        "form": form,
        "numbers": numbers,
        "count": count,
        "rows": project_rows(actor, cases, surface="storefront-review"),
    }
    status = 422 if form.errors else 200
    return render(request, "storefronts/review/assign.html", context, status=status)


@require_safe
def application(request: HttpRequest, number: str) -> HttpResponse:
    """An application with all that a decision about it needs."""
    actor = actor_of(request, _REVIEW)
    case = _case_or_404(actor, number)
    detail = _detail(case)
    context = case_context(request, actor, case) | {
        "detail": detail,
        "tone": TONES.get(case.status, "neutral"),
        "state_name": STATE_NAMES.get(detail.state, ""),
        "address": surroundings.address_line(detail, detail.state),
        "neighbors": surroundings.neighbors_of(detail),
        "miles_from_zip": surroundings.miles_from_zip(detail),
        "history": surroundings.history_of(detail, actor),
        "other_places": surroundings.other_places(detail),
        "may_decide": services.may_decide(detail, actor),
        **_checklist(case, detail),
    }
    return render(request, "storefronts/review/application.html", context)


@require_POST
def keep_checklist(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the ticks; with script each as it is set, without it by the button."""
    actor = actor_of(request, _REVIEW)
    case = _case_or_404(actor, number)
    try:
        detail = services.save_checklist(
            case=case,
            actor=actor,
            ticked=request.POST.getlist("point"),
            seen=request.POST.getlist("seen"),
        )
    except ValidationError as error:
        raise BadRequest(" ".join(error.messages)) from None
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _again(request, number)
    if request.htmx:  # type: ignore[attr-defined]
        # The boxes stay, and more may be ticked meanwhile: what was sent is what this page shows.
        sent = request.POST.getlist("point")
        context = {"number": number, "is_saved": True, **_checklist(case, detail), "seen": sent}
        context["by_others"] = context["ticked"] > len(set(sent))
        return render(request, "storefronts/review/_checklist.html", context)
    messages.success(request, "Checklist saved.")
    return _again(request, number)


@require_safe
def photo(request: HttpRequest, number: str, public_id: uuid.UUID) -> HttpResponse:
    """One photo at its full size, with its neighbors."""
    actor = actor_of(request, _REVIEW)
    case = _case_or_404(actor, number)
    shown = photos_of(_detail(case))
    place = next((n for n, one in enumerate(shown) if one.public_id == public_id), None)
    if place is None:
        raise Http404
    context = {
        "number": number,
        "photo": shown[place],
        "position": place + 1,
        "total": len(shown),
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
    }
    return render(request, "storefronts/review/photo.html", context)


def _case_or_404(actor: Actor, number: str) -> Case:
    case = case_or_404(actor, number)
    if case.kind != KIND:
        raise Http404
    return case


def _detail(case: Case) -> StorefrontApplication:
    detail = StorefrontApplication.objects.get(case=case)
    detail.case = case  # at hand, with its organization
    return detail


def _checklist(case: Case, detail: StorefrontApplication) -> dict[str, Any]:
    points = checklist.shown_points(detail.checklist)
    return {
        "points": points,
        "ticked": sum(point.is_ticked for point in points),
        "seen": [point.key for point in points if point.is_ticked],
        "may_tick": case.is_open,
    }


def _again(request: HttpRequest, number: str) -> HttpResponse:
    """The application's page anew, whole, whoever asked."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("storefronts:review-case", number)
