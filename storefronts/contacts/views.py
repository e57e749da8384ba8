"""Requests for help, as the enroller or the organization's leads answer them (DL-06)."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.casework.machine import Refused
from portal.tenancy.actor import Actor
from storefronts.contacts import services
from storefronts.contacts.models import KEPT_DAYS, HelpContact
from storefronts.table import KIND

_PAGE_SIZE: Final = 25


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and what was answered within the last month."""
    actor = _actor(request)
    rows = HelpContact.objects.visible_to(actor).select_related("listing", "enroller")
    # The newest answered ones below what waits, which stands in the order it was asked.
    pending = rows.pending().order_by("asked_at", "pk")
    accepted = rows.filter(status=HelpContact.Status.ACCEPTED, emptied_at__isnull=True)
    page = Paginator(pending, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "accepted": accepted.order_by("-decided_at")[:_PAGE_SIZE],
        "days": KEPT_DAYS,
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "storefronts/contacts/list.html", context)


@require_safe
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One request; how to reach who asked shows once it is accepted."""
    actor = _actor(request)
    found = services.see_contact(actor=actor, contact=_contact(actor, pk))
    context = {
        "contact": found,
        "is_pending": found.status == HelpContact.Status.PENDING,
        "may_search": actor.may("delegations.search") and actor.has_module("delegations"),
    }
    return render(request, "storefronts/contacts/contact.html", context)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request on."""
    actor = _actor(request)
    try:
        services.accept_contact(actor=actor, contact=_contact(actor, pk))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "You have accepted the request. Please answer soon.")
    return redirect("storefronts:contact", pk=pk)


def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Decline a request, after asking once."""
    actor = _actor(request)
    found = _contact(actor, pk)
    if request.method != "POST":
        context = {
            "title": "Decline this request?",
            "text": "What was written is deleted now. Who asked is not told; they were told to"
            " call if they hear nothing.",
            "action_url": request.path,
            "submit_label": "Decline",
            "cancel_url": reverse("storefronts:contact", args=[pk]),
            "danger": True,
        }
        return render(request, "ui/confirm.html", context)
    try:
        services.decline_contact(actor=actor, contact=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The request is declined, and what was written is deleted.")
    return redirect("storefronts:contacts")


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require(services.ANSWER)
    if not actor.has_module(KIND):
        raise Http404
    return actor


def _contact(actor: Actor, pk: int) -> HelpContact:
    return get_object_or_404(HelpContact.objects.visible_to(actor), pk=pk)
