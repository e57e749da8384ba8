"""What every page of the spine asks of its request."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from portal.casework.models import Case
from portal.casework.selectors import case_for
from portal.tenancy.actor import Actor, NotAllowed


def actor_of(request: HttpRequest, action: str = "casework.view") -> Actor:
    """Who asks, once it is sure that they have the action.

    Raises:
        NotAllowed: they have not, or act in no exchange.
    """
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return actor


def case_or_404(actor: Actor, number: str) -> Case:
    """The actor's case with this number.

    Raises:
        Http404: there is none they may know of.
    """
    try:
        return case_for(actor, number)
    except Case.DoesNotExist:
        raise Http404 from None


def chosen_numbers(data: QueryDict) -> list[str]:
    """The case numbers a list was sent with, each once, in their order.

    Raises:
        Http404: one is no text a number can be; it is answered like one that is not there.
    """
    numbers = list(dict.fromkeys(data.getlist("case")))
    if any("\x00" in number for number in numbers):
        raise Http404
    return numbers


#: The page a form came from, and where the session keeps the list it showed.
BENCH = "workbench"


def remember_bench(request: HttpRequest, query: str) -> None:
    """Keep the workbench's list for the rest of the session; writes only when it is another."""
    if request.session.get(BENCH) != query:
        request.session[BENCH] = query


def bench_address(request: HttpRequest, number: str = "") -> str:
    """The workbench as it was left, with this case open."""
    params = QueryDict(request.session.get(BENCH, ""), mutable=True)
    if number:
        params["case"] = number
    query = params.urlencode()
    return f"{reverse('casework:workbench')}{'?' if query else ''}{query}"


def from_bench(request: HttpRequest) -> bool:
    """Whether the page or form was reached from the workbench, and leads back there."""
    data = request.POST if request.method == "POST" else request.GET
    return data.get("from") == BENCH


def back_from(request: HttpRequest, number: str = "") -> HttpResponseRedirect:
    """Back to where somebody came from: the workbench, the case (if they see it), the list."""
    actor = actor_of(request)
    seen = number and Case.objects.visible_to(actor).filter(number=number).exists()
    if from_bench(request):
        return redirect(bench_address(request, number if seen else ""))
    return redirect("casework:case", number) if seen else redirect("casework:queue")
