"""“All My Applications”, what is pending, and the page of one application (SF-04…SF-08)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework.keyset import page_of
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.selectors import case_for
from portal.casework.views.case import entries
from portal.casework.views.forms import put_errors
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor, NotAllowed
from storefronts.applications import wizard
from storefronts.models import InformationItem
from storefronts.projection import StorefrontView, project
from storefronts.status import listing
from storefronts.status.answers import AnswerConflict, ItemView, save_answer
from storefronts.status.copying import start_copy
from storefronts.status.forms import AnswerForm
from storefronts.status.listing import Applications
from storefronts.table import KIND

_SECTIONS_DRAWN_APART = frozenset({"information", "decision"})


@dataclass(frozen=True)
class Question:
    """An item with the form of its answer, ready for the page."""

    number: int
    item: ItemView
    form: AnswerForm
    #: What a colleague saved meanwhile, when it stands against what was typed.
    theirs: ItemView | None = None


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All applications of one's agency or entity, drafts above them (SF-05)."""
    actor = _owner(request)
    found = Applications(actor, request.GET)
    page = found.page
    sort, descending = found.sort
    context = {
        "form": found.form,
        "rows": listing.rows_of(page.rows),
        "is_withdrawn": found.is_withdrawn,
        "is_narrowed": found.is_narrowed,
        "drafts": [] if found.is_withdrawn else wizard.begun(actor),
        "default_sort": listing.DEFAULT_ORDER,
        "order": f"{sort.label}, {'last' if descending else 'first'} first",
        "tabs": _tabs("withdrawn" if found.is_withdrawn else "mine"),
        "previous_url": _page_url(request, before=page.before),
        "next_url": _page_url(request, after=page.after),
        "export_query": listing.query_without(request.GET, "after", "before", "format"),
    }
    status = 200 if found.form.is_valid() else 422
    return render(request, "storefronts/status/mine.html", context, status=status)


@require_safe
def pending(request: HttpRequest) -> HttpResponse:
    """What is not decided yet: questions that wait for answers, then reviews (SF-04)."""
    actor = _owner(request)
    page = page_of(
        listing.pending_applications(actor),
        sort=listing.SORTS["applied"],
        descending=False,
        size=listing.PAGE_SIZE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "asked": listing.rows_of(listing.asked_applications(actor)[: listing.MOST_ASKED]),
        "rows": listing.rows_of(page.rows),
        "tabs": _tabs("pending"),
        "previous_url": _page_url(request, before=page.before),
        "next_url": _page_url(request, after=page.after),
    }
    return render(request, "storefronts/status/pending.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The list as a file."""
    actor = _owner(request)
    found = Applications(actor, request.GET)
    chosen = request.GET.get("format", "csv")
    if chosen not in FORMATS or not found.form.is_valid():
        raise Http404
    try:
        file = listing.export_applications(actor=actor, found=found, file_format=chosen)
    except Refused as refusal:
        messages.error(request, str(refusal))
        query = listing.query_without(request.GET, "format")
        return redirect(f"{reverse('storefronts:mine')}?{query}")
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@require_safe
def application(request: HttpRequest, number: str) -> HttpResponse:
    """One application: where it stands, what happens next, what is asked, all it says.

    Reviewers have a page of their own.
    """
    actor = _reader(request)
    case = _case_or_404(actor, number)
    if not actor.may("storefronts.apply"):
        return redirect("storefronts:review-case", number)
    return _page(request, actor, case)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Keep the answer to one question; the others stay as they are.

    Whoever comes back to the address, e.g. after signing in again, is led to the question.
    """
    actor = _owner(request)
    case = _case_or_404(actor, number)
    if request.method != "POST":
        return redirect(f"{reverse('storefronts:application', args=[number])}#question-{pk}")
    view = project(actor, case)
    asked = view.asked
    item = next((one for one in asked.items if one.id == pk), None) if asked else None
    if item is None:
        messages.error(request, "This question does not wait for an answer any more.")
        return redirect("storefronts:application", number)
    form = AnswerForm(request.POST, request.FILES, item=item)
    if not form.is_valid():
        return _page(request, actor, case, view=view, bound=form, bound_id=pk, status=422)
    try:
        save_answer(
            case=case,
            actor=actor,
            item_id=pk,
            answer=form.cleaned_data["answer"],
            file=form.screened_file,
            remove_file=form.cleaned_data.get("remove_file", False),
            seen=form.cleaned_data["seen"],
        )
    except InformationItem.DoesNotExist:
        raise Http404 from None
    except AnswerConflict as conflict:
        form.add_error(None, str(conflict))
        data = request.POST.copy()
        data["seen"] = item.seen
        form.data = data
        return _page(
            request, actor, case, view=view, bound=form, bound_id=pk, theirs=item, status=409
        )
    except ValidationError as error:
        put_errors(form, error)
        return _page(request, actor, case, view=view, bound=form, bound_id=pk, status=422)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("storefronts:application", number)
    messages.success(request, "The answer is saved. It is not sent yet.")
    return redirect(f"{reverse('storefronts:application', args=[number])}#question-{pk}")


@require_POST
def copy(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a new application with what a rejected or withdrawn one said (C.6 8)."""
    actor = _owner(request)
    case = _case_or_404(actor, number)
    try:
        draft = start_copy(case=case, actor=actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("storefronts:application", number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("storefronts:application", number)
    messages.success(request, f"A new application was begun with what {number} says.")
    return redirect("storefronts:apply-place", draft)


def _page(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    *,
    view: StorefrontView | None = None,
    bound: AnswerForm | None = None,
    bound_id: int = 0,
    theirs: ItemView | None = None,
    status: int = 200,
) -> HttpResponse:
    view = view or project(actor, case)
    asked = view.asked
    offered = {act["key"] for act in view.acts}
    context: dict[str, Any] = {
        "case": view,
        "tone": listing.TONES.get(view.status_key, "neutral"),
        "sections": [one for one in view.sections if one.key not in _SECTIONS_DRAWN_APART],
        "asked": asked,
        "questions": _questions(asked.items if asked else (), bound, bound_id, theirs),
        "may_answer": "answer" in offered,
        "may_withdraw": "withdraw" in offered,
        "earlier": [one for one in view.information if one is not asked],
        "events": entries(view.timeline, kind=case.kind, marked=False),
        "withdrawn_at": _withdrawn_at(view),
    }
    return render(request, "storefronts/status/application.html", context, status=status)


def _questions(
    items: Sequence[ItemView], bound: AnswerForm | None, bound_id: int, theirs: ItemView | None
) -> list[Question]:
    return [
        Question(n, item, bound, theirs)
        if bound is not None and item.id == bound_id
        else Question(n, item, AnswerForm(item=item))
        for n, item in enumerate(items, 1)
    ]


def _withdrawn_at(view: StorefrontView) -> datetime | None:
    return view.closed_at if view.is_withdrawn else None


def _tabs(current: str) -> list[dict[str, Any]]:
    own = reverse("storefronts:mine")
    places = (
        ("mine", "All My Applications", own),
        ("pending", "Pending", reverse("storefronts:pending")),
        ("withdrawn", "Withdrawn", f"{own}?view=withdrawn"),
    )
    return [{"label": label, "url": url, "current": key == current} for key, label, url in places]


def _page_url(request: HttpRequest, **place: str) -> str:
    [(name, cursor)] = place.items()
    if not cursor:
        return ""
    query = listing.query_without(request.GET, "after", "before", **{name: cursor})
    return f"{request.path}?{query}"


def _owner(request: HttpRequest) -> Actor:
    """Who asks, once it is sure that they apply for storefronts."""
    actor = _actor(request, "storefronts.apply")
    actor.require("storefronts.apply")
    return actor


def _reader(request: HttpRequest) -> Actor:
    """Who asks, once it is sure that they apply for storefronts or review them."""
    actor = _actor(request, "storefronts.apply")
    if not actor.may_any(("storefronts.apply", "storefronts.review")):
        raise NotAllowed("storefronts.apply")
    return actor


def _actor(request: HttpRequest, action: str) -> Actor:
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    if not actor.has_module(KIND) and actor.may(action):
        raise Http404  # an exchange without storefronts has no such pages
    return actor


def _case_or_404(actor: Actor, number: str) -> Case:
    try:
        case = case_for(actor, number)
    except Case.DoesNotExist:
        raise Http404 from None
    if case.kind != KIND:
        raise Http404
    return case
