"""Webhooks: what is registered, one address with its log, and its secret, shown once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.catalogue import get
from notifications.channels import registering
from notifications.channels.forms import WebhookChangeForm, WebhookForm
from notifications.channels.groups import group_named
from notifications.channels.hooks import MANAGE, Webhook, WebhookAttempt, WebhookDelivery, owner_for
from notifications.views import actor_with, local
from portal.casework.machine import Refused
from portal.tenancy.actor import Actor

_LOG = 50
_TONES = {
    WebhookDelivery.State.WAITING: "info",
    WebhookDelivery.State.SENT: "success",
    WebhookDelivery.State.FAILED: "danger",
    WebhookDelivery.State.DROPPED: "neutral",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The addresses of one's organization, or of the exchange, and a form for another."""
    actor = actor_with(request, MANAGE)
    form = WebhookForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = registering.register_webhook(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form = WebhookForm()
    context = {
        "rows": [_row(row, actor) for row in Webhook.objects.visible_to(actor)],
        "form": form,
        "secret": secret,
        "owner": owner_for(actor) or actor.exchange,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "channels/webhooks.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One address: what it is told, and what it answered."""
    actor = actor_with(request, MANAGE)
    found = _found(actor, pk)
    initial = {"groups": found.groups, "is_active": found.is_active}
    form = WebhookChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        registering.change_webhook(actor=actor, webhook=found, **form.cleaned_data)
        messages.success(request, "The address is changed.")
        return redirect("channels:webhook", pk=pk)
    return _show(request, actor, found, form=form)


@never_cache
@require_POST
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown this once."""
    actor = actor_with(request, MANAGE)
    found = _found(actor, pk)
    return _show(request, actor, found, secret=registering.renew_secret(actor=actor, webhook=found))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then remove an address with its log."""
    actor = actor_with(request, MANAGE)
    found = _found(actor, pk)
    if request.method == "POST":
        registering.remove_webhook(actor=actor, webhook=found)
        messages.success(request, "The address is told nothing any more.")
        return redirect("channels:webhooks")
    context = {
        "title": "Remove this address?",
        "text": "It is told nothing any more, and its log goes with it.",
        "details": [("Address", found.url)],
        "action_url": request.path,
        "submit_label": "Remove",
        "danger": True,
        "cancel_url": reverse("channels:webhook", args=[pk]),
    }
    return render(request, "ui/confirm.html", context)


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: every request, its answer and how long it took."""
    actor = actor_with(request, MANAGE)
    found = _delivery(actor, pk)
    attempts = found.attempt_rows.all()[:_LOG]
    context = {
        "delivery": _line(found, actor),
        "webhook": found.webhook,
        "attempts": [_attempt(row, actor) for row in attempts],
        "can_be_sent_again": found.state in ("sent", "failed") and found.webhook.is_active,
    }
    return render(request, "channels/delivery.html", context)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an event once more."""
    actor = actor_with(request, MANAGE)
    found = _delivery(actor, pk)
    try:
        registering.send_again(actor=actor, delivery=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The event is sent again with the next round.")
    return redirect("channels:delivery", pk=pk)


def _found(actor: Actor, pk: int) -> Webhook:
    found: Webhook = get_object_or_404(Webhook.objects.visible_to(actor), pk=pk)
    return found


def _delivery(actor: Actor, pk: int) -> WebhookDelivery:
    mine = Webhook.objects.visible_to(actor)
    rows = WebhookDelivery.objects.select_related("webhook", "case").filter(webhook__in=mine)
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest,
    actor: Actor,
    found: Webhook,
    *,
    form: WebhookChangeForm | None = None,
    secret: str = "",
) -> HttpResponse:
    initial = {"groups": found.groups, "is_active": found.is_active}
    form = form or WebhookChangeForm(initial=initial)
    log = WebhookDelivery.objects.filter(webhook=found).select_related("case")[:_LOG]
    context = {
        "webhook": _row(found, actor),
        "form": form,
        "secret": secret,
        "log": [_line(row, actor) for row in log],
        "log_size": _LOG,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "channels/webhook.html", context, status=status)


def _row(webhook: Webhook, actor: Actor) -> dict[str, Any]:
    if webhook.disabled_at:
        state, tone = "Switched off: nobody answered", "warning"
    elif not webhook.is_active:
        state, tone = "Off", "neutral"
    elif webhook.failing_since:
        state, tone = "Does not answer", "warning"
    else:
        state, tone = "On", "success"
    return {
        "pk": webhook.pk,
        "url": webhook.url,
        "groups": [group_named(key).label for key in webhook.groups],
        "state": state,
        "tone": tone,
        "failing_since": local(webhook.failing_since, actor),
        "former_until": local(webhook.former_until, actor),
    }


def _attempt(row: WebhookAttempt, actor: Actor) -> dict[str, Any]:
    # “HTTP 500: HTTP 500” would say it twice.
    said = row.error.removeprefix(f"HTTP {row.status}").removeprefix(": ")
    return {"row": row, "at": local(row.at, actor), "says": said}


def _line(row: WebhookDelivery, actor: Actor) -> dict[str, Any]:
    state = WebhookDelivery.State(row.state)
    return {
        "pk": row.pk,
        "label": get(row.key).label,
        "key": row.key,
        "number": row.case.number,
        "state": state.label,
        "tone": _TONES[state],
        "why": row.last_error,
        "attempts": row.attempts,
        "at": local(row.created_at, actor),
    }
