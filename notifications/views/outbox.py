"""The operators' page: what waits, what failed and why, and how to send it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notifications import services
from notifications.catalogue import all_kinds
from notifications.mailer import waiting_counts
from notifications.views import actor_with, local
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import Actor

_OPERATE = "notifications.operate"
_PAGE = 100
State = OutboxMessage.State


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages that are parked or still wait, parked ones first."""
    actor = actor_with(request, _OPERATE)
    rows = (
        OutboxMessage.objects.filter(
            exchange_id=actor.exchange_id, state__in=[State.PARKED, State.WAITING]
        )
        .select_related("case")
        .order_by("state", "pk")[:_PAGE]
    )
    context = {
        "rows": [_row(row, actor) for row in rows],
        "counts": waiting_counts(actor.exchange),
        "may_edit": actor.may("notifications.edit_templates"),
        "page_size": _PAGE,
    }
    return render(request, "notifications/outbox.html", context)


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
            ("Message", _label(row.key)),
            ("Case", row.case.number if row.case else "None"),
            ("Why it was parked", row.last_error),
        ],
        "action_url": request.path,
        "submit_label": "Try again",
        "cancel_url": reverse("notifications:outbox"),
    }
    return render(request, "ui/confirm.html", context)


def _label(key: str) -> str:
    labels = {kind.key: kind.label for kind in all_kinds()}
    return labels.get(key, key)


def _row(row: OutboxMessage, actor: Actor) -> dict[str, Any]:
    is_parked = row.state == State.PARKED
    return {
        "pk": row.pk,
        "label": _label(row.key),
        "number": row.case.number if row.case else "",
        "state": State(row.state).label,
        "tone": "warning" if is_parked else "info",
        "is_parked": is_parked,
        "is_late": not is_parked and row.next_attempt_at < timezone.now(),
        "attempts": row.attempts,
        "why": row.last_error,
        "at": local(row.created_at, actor),
        "next_at": None if is_parked else local(row.next_attempt_at, actor),
    }
