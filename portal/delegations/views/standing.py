"""Standing delegations: what is pending, what is in force, what is over (C.7b, DL-06)."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework.machine import Refused
from portal.consumers.mirror import Delegation
from portal.delegations import elsewhere, selectors, services
from portal.delegations.forms import AcceptForm, ReasonForm, TransferForm
from portal.delegations.tool import SEARCH
from portal.delegations.views.common import actor_with, show_errors
from portal.tenancy.actor import Actor

VIEW: Final = "delegations.view"
_PAGE = 50
_TABS: Final = {
    "pending": ("Pending", selectors.pending_of),
    "active": ("Active", selectors.active_of),
    "history": ("History", selectors.past_of),
}


@require_safe
def standing(request: HttpRequest, tab: str = "pending") -> HttpResponse:
    """One of three lists."""
    actor = actor_with(request, VIEW)
    if tab not in _TABS:
        raise Http404
    page = Paginator(_TABS[tab][1](actor), _PAGE).get_page(request.GET.get("page"))
    tabs = [
        {
            "label": label,
            "url": reverse("delegations:standing-tab", args=[key]),
            "current": key == tab,
            "count": rows(actor).count() if key == "pending" else None,
        }
        for key, (label, rows) in _TABS.items()
    ]
    context = {
        "tab": tab,
        "tabs": tabs,
        "page": page,
        "lines": selectors.lines_for(actor, page),
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "may_search": actor.may(SEARCH),
        "may_decide": actor.may(services.DECIDE),
        "may_transfer": actor.may(services.TRANSFER),
        "may_end": actor.may(services.END),
        "shows_enroller": actor.may("consumers.view_organization"),
        "elsewhere": elsewhere.waiting_for(actor) if tab == "pending" else (),
    }
    return render(request, "delegations/standing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and take the consumer; where the request names nobody, say who does."""
    actor = actor_with(request, services.DECIDE)
    row = _delegation(actor, pk)
    form = (
        AcceptForm(request.POST or None, organization=row.organization, actor=actor)
        if row.enroller_id is None and actor.is_lead
        else None
    )
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            services.accept_delegation(
                actor=actor,
                delegation=row,
                enroller=form.cleaned_data["enroller"] if form else None,
            )
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The delegation is accepted.")
        return redirect("delegations:standing")
    return _confirm(
        request,
        actor,
        row,
        form,
        title="Accept this delegation?",
        text="The consumer is then among the active consumers, and with nobody else.",
        submit_label="Accept",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and decline."""
    actor = actor_with(request, services.DECIDE)
    row = _delegation(actor, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_delegation(actor=actor, delegation=row, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("delegations:standing")
        else:
            messages.success(request, "The delegation is declined.")
            return redirect("delegations:standing")
    return _confirm(
        request,
        actor,
        row,
        form,
        title="Decline this delegation?",
        text="The consumer stays with whoever has them now.",
        submit_label="Decline",
        danger=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and end a delegation."""
    actor = actor_with(request, services.END)
    row = _delegation(actor, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_delegation(actor=actor, delegation=row, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("delegations:standing-tab", tab="active")
        else:
            messages.success(request, "The delegation has ended.")
            return redirect("delegations:standing-tab", tab="active")
    return _confirm(
        request,
        actor,
        row,
        form,
        title="End this delegation?",
        text="You lose access to the consumer at once. To have them back, they must delegate you"
        " again.",
        submit_label="End the delegation",
        cancel="active",
        danger=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest) -> HttpResponse:
    """Hand chosen delegations to a colleague: choose whom, see what moves, confirm."""
    actor = actor_with(request, services.TRANSFER)
    chosen = _chosen(request)
    rows = list(selectors.active_of(actor).filter(pk__in=chosen)[: services.MOST_AT_ONCE + 1])
    if not rows or len(rows) != len(chosen):
        messages.warning(request, "Choose active delegations of your organization to transfer.")
        return redirect("delegations:standing-tab", tab="active")
    is_sent = request.method == "POST" and "enroller" in request.POST
    form = TransferForm(request.POST if is_sent else None, actor=actor)
    if is_sent and form.is_valid():
        try:
            moved = services.transfer_delegations(
                actor=actor, delegations=chosen, enroller=form.cleaned_data["enroller"]
            )
        except Refused as refusal:
            form.add_error("enroller", str(refusal))
        else:
            count = "1 consumer was" if len(moved) == 1 else f"{len(moved)} consumers were"
            messages.success(request, f"{count} transferred.")
            return redirect("delegations:standing-tab", tab="active")
    context = {"form": form, "lines": selectors.lines_for(actor, rows)}
    status = 422 if form.is_bound else 200
    return render(request, "delegations/transfer.html", context, status=status)


def _confirm(
    request: HttpRequest,
    actor: Actor,
    row: Delegation,
    form: Any,
    *,
    cancel: str = "pending",
    **words: Any,
) -> HttpResponse:
    [line] = selectors.lines_for(actor, [row])
    context = {
        "details": [
            ("Consumer", line.consumer_name or "Not shown"),
            ("Language", line.language or "Not shown"),
            ("Delegated to", line.enroller or line.organization),
            ("Asked by", line.origin),
        ],
        "form": form,
        "action_url": request.path,
        "cancel_url": reverse("delegations:standing-tab", args=[cancel]),
        **words,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "ui/confirm.html", context, status=status)


def _delegation(actor: Actor, pk: int) -> Delegation:
    return get_object_or_404(selectors.delegations_of(actor), pk=pk)


def _chosen(request: HttpRequest) -> set[int]:
    data: MultiValueDict[str, str] = request.POST if request.method == "POST" else request.GET
    return {
        int(key)
        for key in data.getlist("delegation")[: services.MOST_AT_ONCE + 1]
        if key.isascii() and key.isdecimal() and len(key) <= 18
    }
