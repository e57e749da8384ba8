"""The operators' page: what waits, what failed and why, and how to send it again."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import operations, services
from notifications.views import actor_with, local
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import Actor

_OPERATE = "notifications.operate"


class OutboxFilter(forms.Form):
    lane = forms.ChoiceField(
        label="Channel",
        required=False,
        choices=[("", "All"), *((lane.value, label) for lane, label in operations.LABELS.items())],
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "All"), ("stuck", "Parked or failed"), ("waiting", "Waiting")],
    )
    key = forms.ChoiceField(label="Message", required=False)

    def __init__(self, data: Any, *, keys: list[str]) -> None:
        super().__init__(data)
        labels = sorted((operations.label_of(key), key) for key in keys)
        choices = [("", "All"), *((key, label) for label, key in labels)]
        self.fields["key"].choices = choices  # type: ignore[attr-defined]


class Chosen(forms.Form):
    """What was ticked, carried through the question whether it is meant."""

    selected = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput)
    confirmed = forms.BooleanField(widget=forms.HiddenInput)


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits, what failed and why, by channel and message; the stuck first."""
    actor = actor_with(request, _OPERATE)
    now = timezone.now()
    lines = operations.figures(actor.exchange, now)
    form = OutboxFilter(request.GET, keys=sorted({line.key for line in lines}))
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = operations.rows_of(actor.exchange, now, **wanted)
    health = operations.health_of(lines)
    lines.sort(key=lambda line: (-line.stuck, -line.late, -line.waiting))
    context = {
        "form": form,
        "rows": [_row(row, actor) for row in rows],
        "lines": [_line(line, actor) for line in lines if line.stuck or line.late],
        "calm": [_line(line, actor) for line in lines if not (line.stuck or line.late)],
        "health": health,
        "oldest": local(health.oldest, actor),
        "may_edit": actor.may("notifications.edit_templates"),
        "page_size": operations.SHOWN,
    }
    return render(request, "notifications/outbox.html", context)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Ask, then have everything that was ticked tried again."""
    actor = actor_with(request, _OPERATE)
    tokens = request.POST.getlist("selected")
    if not tokens:
        messages.warning(request, "Nothing was chosen.")
        return redirect("notifications:outbox")
    if "confirmed" not in request.POST:
        return render(request, "ui/confirm.html", _question(actor, tokens))
    done, failed = operations.send_again_many(actor=actor, tokens=tokens)
    if failed:
        messages.warning(request, f"{failed} could not be tried again: no longer stuck, or gone.")
    if done:
        messages.success(request, f"{done} will be tried again with the next round.")
    return redirect("notifications:outbox")


def _question(actor: Actor, tokens: list[str]) -> dict[str, Any]:
    twice = operations.may_have_arrived(actor=actor, tokens=tokens)
    return {
        "title": "Try those chosen again?",
        "text": "What was certainly not sent is sent once."
        + (" What may have arrived already may then arrive twice." if twice else ""),
        "details": [("Chosen", len(set(tokens))), ("May have arrived already", twice)],
        "form": Chosen(initial={"selected": tokens, "confirmed": True}),
        "action_url": reverse("notifications:outbox-again"),
        "submit_label": "Try again",
        "cancel_url": reverse("notifications:outbox"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then let a parked message be handled once more."""
    actor = actor_with(request, _OPERATE)
    row = get_object_or_404(
        OutboxMessage.objects.select_related("case"), pk=pk, exchange_id=actor.exchange_id
    )
    if request.method == "POST":
        try:
            services.retry_message(actor=actor, message=row)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The message is handled again with the next round.")
        return redirect("notifications:outbox")
    context = {
        "title": "Handle this message again?",
        "text": "Nobody who was told already is told twice.",
        "details": [
            ("Message", operations.label_of(row.key)),
            ("Case", row.case.number if row.case else "None"),
            ("Why it was parked", row.last_error),
        ],
        "action_url": request.path,
        "submit_label": "Try again",
        "cancel_url": reverse("notifications:outbox"),
    }
    return render(request, "ui/confirm.html", context)


def _line(line: operations.Figures, actor: Actor) -> dict[str, Any]:
    return {
        "lane": operations.LABELS[line.lane],
        "label": operations.label_of(line.key),
        "waiting": line.waiting,
        "late": line.late,
        "stuck": line.stuck,
        "oldest": local(line.oldest, actor),
        "query": urlencode({"lane": line.lane.value, "key": line.key}),
    }


def _row(row: operations.Row, actor: Actor) -> dict[str, Any]:
    url = ""
    if row.lane is operations.Lane.MESSAGE and row.can_be_sent_again:
        url = reverse("notifications:outbox-retry", args=[row.pk])
    elif row.lane in (operations.Lane.MAIL, operations.Lane.TEXT):
        url = reverse("notifications:mail-message", args=[row.pk])
    return {
        "token": row.token,
        "lane": operations.LABELS[row.lane],
        "label": operations.label_of(row.key),
        "number": row.number,
        "state": row.state,
        "tone": "warning" if row.is_stuck else "info",
        "is_stuck": row.is_stuck,
        "is_late": row.is_late,
        "can_be_sent_again": row.can_be_sent_again,
        "url": url,
        "attempts": row.attempts,
        "why": row.why,
        "at": local(row.written_at, actor),
        "next_at": local(row.next_at, actor),
    }
