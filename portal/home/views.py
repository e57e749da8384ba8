"""The page everybody starts from: their own work first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.home.selectors import brought_by, work_of
from portal.tenancy.actor import Actor
from portal.ui import cards

#: Views of the list that the head of a worker's page counts, in order.
_FIGURES = ("mine", "overdue", "today", "unassigned", "waiting")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A person's work; for somebody without a role yet, what to do about that."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return render(request, "home/no_role.html")
    context = {"cards": cards.cards_for(actor), "steps": cards.steps_for(actor)}
    if actor.is_outside:
        rows, cases, counts = brought_by(actor)
        context |= {"rows": rows, "counts": counts, "first_view": cases.views[0]}
        return render(request, "home/outside.html", context)
    if not actor.may("casework.take"):
        return render(request, "home/oversight.html", context)
    work = work_of(actor)
    queue = reverse("casework:queue")
    context |= {
        "work": work,
        "figures": [(work.counts[key], work.views[key], f"{queue}?view={key}") for key in _FIGURES],
    }
    return render(request, "home/worker.html", context)
