"""Setting the mailbox up."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from notifications.inbound import configuration
from notifications.inbound.forms import MailboxForm, SenderForm
from notifications.inbound.models import Mailbox, OfficeSender
from notifications.wording import absolute
from portal.tenancy.actor import Actor


def _actor(request: HttpRequest) -> Actor:
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require(configuration.ACTION)
    if not actor.has_module("constituent"):
        raise Http404
    return actor


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mailbox, and the addresses that stand for offices."""
    actor = _actor(request)
    if request.method != "POST":
        return _show(request, actor)
    form = MailboxForm(request.POST, instance=_own(actor) or Mailbox(exchange=actor.exchange))
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in configuration.FIELDS}
        try:
            configuration.save_mailbox(
                actor=actor, values=values, password=form.cleaned_data["password"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The mailbox is saved.")
            return redirect("inbound:mailbox")
    return _show(request, actor, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def secret(request: HttpRequest) -> HttpResponse:
    """Ask where there is one already, then a new secret for the webhook, shown this once."""
    actor = _actor(request)
    own = _own(actor)
    if own is None:
        if request.method == "POST":
            raise Http404
        return redirect("inbound:mailbox")  # it is set up first
    if request.method != "POST":
        context = {
            "title": "Make a new secret?",
            "text": "The one there is ends at once: nothing is taken in from the mail provider"
            " until it signs with the new one.",
            "action_url": request.path,
            "submit_label": "Make a new secret",
            "cancel_url": reverse("inbound:mailbox"),
            "danger": True,
        }
        return render(request, "ui/confirm.html", context)
    return _show(request, actor, secret=configuration.renew_secret(actor=actor, mailbox=own))


@require_POST
def add_sender(request: HttpRequest) -> HttpResponse:
    """Let an address or domain stand for an office."""
    actor = _actor(request)
    form = SenderForm(request.POST, actor=actor, auto_id="sender_%s")
    if form.is_valid():
        try:
            configuration.add_sender(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                form.add_error(name, errors)
        else:
            messages.success(request, "From now on its mail stands for the office.")
            return redirect("inbound:mailbox")
    return _show(request, actor, sender_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_sender(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then let an address stand for its office no more."""
    actor = _actor(request)
    rows = OfficeSender.objects.filter(exchange_id=actor.exchange_id).select_related("office")
    row = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        configuration.remove_sender(actor=actor, sender=row)
        messages.success(request, "Its mail is held from now on.")
        return redirect("inbound:mailbox")
    context = {
        "title": "Remove this address?",
        "text": f"Mail from {row.value} will stand for {row.office.name} no more; it will be held"
        " for a person.",
        "action_url": request.path,
        "submit_label": "Remove",
        "cancel_url": reverse("inbound:mailbox"),
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _own(actor: Actor) -> Mailbox | None:
    return Mailbox.objects.filter(exchange_id=actor.exchange_id).order_by("pk").first()


def _show(
    request: HttpRequest,
    actor: Actor,
    *,
    form: MailboxForm | None = None,
    sender_form: SenderForm | None = None,
    secret: str = "",
) -> HttpResponse:
    own = _own(actor)
    senders = OfficeSender.objects.filter(exchange_id=actor.exchange_id).select_related("office")
    context = {
        "mailbox": own,
        "form": form or MailboxForm(instance=own),
        "sender_form": sender_form or SenderForm(actor=actor, auto_id="sender_%s"),
        "senders": senders,
        "secret": secret,
        "webhook_url": absolute(reverse("inbound:take", args=[own.public_id])) if own else "",
        "has_secret": bool(own and own.webhook_secret),
    }
    status = 422 if form or sender_form else 200
    return render(request, "inbound/mailbox.html", context, status=status)
