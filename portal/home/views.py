"""The page everybody starts from, their own work first; and an enroller's Shop and Compare."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.home.quick_links import MODULE, quick_guide_of, quick_links_of
from portal.home.selectors import brought_by, enroller_details, work_of
from portal.tenancy.actor import Actor
from portal.tenancy.http import ActorRequest, PersonalActor
from portal.ui import cards

#: Views of the list that the head of a worker's page counts, in order.
_FIGURES = ("mine", "overdue", "today", "unassigned", "waiting")
_COMPARE = "home.shop_and_compare"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A person's work; for somebody without a role yet, what to do about that."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return render(request, "home/no_role.html")
    blocks = cards.cards_for(actor)
    context = {
        "banners": [block for block in blocks if block.is_banner],
        "cards": [block for block in blocks if not block.is_banner],
        "steps": cards.steps_for(actor),
        "tabs": cards.tabs_for(actor, current="home"),
    }
    if links := quick_links_of(actor):
        context |= {"quick_links": links, "guide_url": quick_guide_of(actor)}
        return render(request, "home/enroller.html", context)
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


@require_GET
def shop_and_compare(request: ActorRequest) -> HttpResponse:
    """The way to the exchange's tool for comparing plans (SH-01)."""
    actor = _who_compares(request)
    context = {"tool_url": actor.exchange.shop_and_compare_url}
    return render(request, "home/shop_and_compare.html", context)


@require_GET
def delegated_enroller(request: ActorRequest) -> HttpResponse:
    """The signed-in enroller's contact details, to print beside a comparison (SH-02, SH-03)."""
    actor = _who_compares(request)
    context = {"details": enroller_details(actor)}
    return render(request, "home/delegated_enroller.html", context)


def _who_compares(request: ActorRequest) -> PersonalActor:
    actor = request.actor
    actor.require(_COMPARE)
    if not actor.has_module(MODULE):
        raise Http404
    return actor
