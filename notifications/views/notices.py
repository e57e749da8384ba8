"""Announcements by bell: the desk of those who write them, and the page a line leads to."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notifications.bells import services
from notifications.bells.forms import NoticeForm
from notifications.bells.notices import READ, WRITE, Notice, NoticeState, audiences_of
from notifications.views import actor_with
from portal.casework.machine import Refused

_ROWS: Final = 50
_TONES: Final = {
    NoticeState.SCHEDULED: "info",
    NoticeState.ACTIVE: "success",
    NoticeState.EXPIRED: "neutral",
    NoticeState.WITHDRAWN: "warning",
}
#: How long a notice is shown when its writer says nothing else.
_SHOWN: Final = timedelta(days=2)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All of the exchange's, newest first, with how each stands."""
    actor = actor_with(request, WRITE)
    now = timezone.now()
    rows = [(row, *_state(row, now)) for row in Notice.objects.visible_to(actor)[:_ROWS]]
    return render(request, "notifications/notices.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Announce something."""
    actor = actor_with(request, WRITE)
    start = timezone.now().replace(second=0, microsecond=0)
    form = NoticeForm(
        request.POST or None,
        initial={"starts_at": start, "expires_at": start + _SHOWN},
        actor=actor,
    )
    if request.method == "POST" and form.is_valid():
        try:
            notice = services.announce(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "It is announced: the bells ring when it begins.")
            return redirect("notifications:notice", notice.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "notifications/notice_form.html", {"form": form}, status=status)


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """What a line of the bell says in full; to those who write them, how it stands."""
    actor = actor_with(request, READ)
    rows = Notice.objects.visible_to(actor).select_related("written_by", "withdrawn_by")
    shown = get_object_or_404(rows, pk=pk)
    state, tone = _state(shown, timezone.now())
    writes = actor.may(WRITE)
    context = {
        "notice": shown,
        "state": state,
        "tone": tone,
        "writes": writes,
        "may_withdraw": writes
        and state in (NoticeState.SCHEDULED, NoticeState.ACTIVE)
        and shown.audience in dict(audiences_of(actor)),
    }
    return render(request, "notifications/notice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one back, after a second thought."""
    actor = actor_with(request, WRITE)
    shown = get_object_or_404(Notice.objects.visible_to(actor), pk=pk)
    if request.method == "POST":
        try:
            services.withdraw(actor=actor, notice=shown)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "It is withdrawn: it is in nobody’s bell any more.")
        return redirect("notifications:notice", pk)
    context = {
        "title": "Withdraw this announcement?",
        "text": "It leaves every bell at once. It cannot be announced again.",
        "details": [("Line in the bell", shown.title), ("For whom", shown.get_audience_display())],
        "action_url": request.path,
        "cancel_url": reverse("notifications:notice", args=[pk]),
        "submit_label": "Withdraw",
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _state(row: Notice, now: datetime) -> tuple[NoticeState, str]:
    state = row.state(now)
    return state, _TONES[state]
