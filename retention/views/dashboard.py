"""The dashboard “CRW Cases” (CRW-08…CRW-11)."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from retention.figures import due_reminders, read_dashboard
from retention.views.requests import reader_of
from retention.worklist import project_rows, with_row

#: Reminders the dashboard shows; the list behind them has the rest.
REMINDERS: Final = 8


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What is due, and the five widgets; “Refresh” asks for the same page again."""
    actor = reader_of(request)
    now = timezone.now()
    context: dict[str, Any] = {"dashboard": read_dashboard(actor, now)}
    if actor.may("retention.work"):
        due = list(with_row(due_reminders(actor, now))[: REMINDERS + 1])
        context |= {
            "reminders": project_rows(actor, due[:REMINDERS], now, surface="crw.dashboard"),
            "more_reminders": len(due) > REMINDERS,
            "works": True,
        }
    return render(request, "retention/dashboard.html", context)
