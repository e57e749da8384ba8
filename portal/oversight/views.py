"""The lead's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.oversight.selectors import open_work as count_open_work
from portal.tenancy.actor import Actor

_LABELS = ("Open", "Urgent", "Due today", "At risk", "Breached")


@require_safe
def open_work(request: HttpRequest) -> HttpResponse:
    """What is open, due, at risk and breached: by unit, person, type and party."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("oversight.view")
    work = count_open_work(actor)
    context = {"work": work, "totals": list(zip(_LABELS, work.total, strict=True))}
    return render(request, "oversight/open_work.html", context)
