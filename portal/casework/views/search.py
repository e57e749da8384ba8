"""One box for everything: numbers, names and text, over all rooms that register a source."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from portal.casework.views.requests import actor_of
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ui.search import SHORTEST, find, sources_for, tidy


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What matches, by source; the number of a case leads to its page."""
    actor = actor_of(request)
    text = tidy(request.GET.get("q", ""))
    context: dict[str, object] = {
        "text": text,
        "is_outside": actor.is_outside,
        "too_short": f"Type at least {SHORTEST} characters." if 0 < len(text) < SHORTEST else "",
    }
    if contains_ssn(text):
        context |= {"text": "", "refusal": SsnRefused("the search box").messages[0]}
    else:
        found = find(actor, text)
        if isinstance(found, str):
            return redirect(found)
        context["groups"] = found
    if not context.get("groups"):
        context["sources"] = sources_for(actor)
    return render(request, "casework/search.html", context)
