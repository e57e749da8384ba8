"""What was mailed: everything, for operators; in a demo, everybody's own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from notifications import services
from notifications.catalogue import get
from notifications.mail_rows import can_be_sent_again, mask
from notifications.models import MailMessage
from notifications.views import actor_with, local, said
from portal.casework.machine import Refused
from portal.tenancy.actor import Actor

_OPERATE = "notifications.operate"
_PAGE = 50

#: How a state looks on a page.
TONES = {
    MailMessage.State.WAITING: "info",
    MailMessage.State.SENDING: "info",
    MailMessage.State.SENT: "success",
    MailMessage.State.PARKED: "warning",
    MailMessage.State.FAILED: "danger",
    MailMessage.State.DROPPED: "neutral",
}


class MailFilter(forms.Form):
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "All"), *MailMessage.State.choices]
    )


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Mails, newest first."""
    actor = _reader(request)
    rows = MailMessage.objects.visible_to(actor).defer("body").order_by("-pk")
    form = MailFilter(request.GET)
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) <= 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _PAGE + 1])
    query = request.GET.copy()
    if len(found) > _PAGE:
        query["before"] = str(found[_PAGE - 1].pk)
    context = {
        "form": form,
        "mails": [_row(mail, actor) for mail in found[:_PAGE]],
        "next_url": f"?{query.urlencode()}" if len(found) > _PAGE else "",
        "first_url": reverse("notifications:mail") if before else "",
        "operates": actor.may(_OPERATE),
    }
    return render(request, "notifications/mail_list.html", context)


@require_safe
def mail_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail with its headers and, unless it opens something by itself, its words."""
    actor = _reader(request)
    mail = get_object_or_404(MailMessage.objects.visible_to(actor), pk=pk)
    # A link or passcode lets whoever holds it in: shown in the demonstration only.
    shows_body = actor.exchange.is_demo or not get(mail.key).is_secret
    context = {
        "mail": _row(mail, actor),
        "body": mail.body if shows_body else "",
        "headers": [
            ("Message", get(mail.key).label),
            ("Sent as", mail.get_medium_display()),
            ("To", _address(mail)),
            ("Subject", mail.subject),
            *_headers(mail),
            ("Written", said(local(mail.created_at, actor))),
            ("Sent", said(local(mail.sent_at, actor)) or "Not yet"),
            ("Attempts", mail.attempts),
            ("Last answer", mail.last_error or "None"),
        ],
        "may_resend": actor.may(_OPERATE) and can_be_sent_again(mail),
        "operates": actor.may(_OPERATE),
    }
    return render(request, "notifications/mail_message.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then send a parked or failed mail again."""
    actor = actor_with(request, _OPERATE)
    mail = get_object_or_404(MailMessage.objects.visible_to(actor), pk=pk)
    if request.method == "POST":
        try:
            services.resend_mail(actor=actor, mail=mail)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The mail is sent again with the next round.")
        return redirect("notifications:mail-message", pk=pk)
    parked = mail.state == MailMessage.State.PARKED
    context = {
        "title": "Send this mail again?",
        "text": "It may have arrived already; then it arrives twice." if parked else "",
        "details": [("To", _address(mail)), ("Subject", mail.subject)],
        "action_url": request.path,
        "submit_label": "Send again",
        "cancel_url": reverse("notifications:mail-message", args=[pk]),
    }
    return render(request, "ui/confirm.html", context)


def _reader(request: HttpRequest) -> Actor:
    """Operators anywhere; everybody, for their own mail, in a demo."""
    actor = actor_with(request, "notifications.read")
    if not actor.exchange.is_demo:
        actor.require(_OPERATE)
    return actor


def _headers(mail: MailMessage) -> list[tuple[str, Any]]:
    """What only a mail has."""
    if mail.medium == MailMessage.Medium.TEXT:
        return []
    return [("Message-ID", mail.rfc_message_id), ("Auto-Submitted", "auto-generated")]


def _row(mail: MailMessage, actor: Actor) -> dict[str, Any]:
    state = MailMessage.State(mail.state)
    return {
        "pk": mail.pk,
        "to": _address(mail),
        "subject": mail.subject,
        "state": state.label,
        "tone": TONES[state],
        "at": local(mail.created_at, actor),
        "why": mail.last_error,
    }


def _address(mail: MailMessage) -> str:
    """In full for people who sign in here; masked for everybody else."""
    if mail.medium == MailMessage.Medium.TEXT:
        return f"…{mail.to[-2:]}"
    is_known = mail.person_id is not None or "…" in mail.to
    return mail.to if is_known else mask(mail.to)
