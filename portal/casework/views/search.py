"""One box for numbers, names and text."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from portal.casework import kinds
from portal.casework.rows import project_rows
from portal.casework.search import first_rows
from portal.casework.views.requests import actor_of
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn

#: Hits shown; who gets more narrows the search.
LIMIT = 50


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Cases that match, each showing no more than its page would; a case number leads there."""
    actor = actor_of(request)
    text = request.GET.get("q", "").strip()
    context: dict[str, object] = {"text": text, "rows": [], "is_outside": actor.is_outside}
    if contains_ssn(text):
        context |= {"text": "", "refusal": SsnRefused("the search box").messages[0]}
    elif text:
        found = first_rows(actor=actor, text=text, limit=LIMIT + 1)
        if len(found) == 1 and found[0].number.lower() == text.lower():
            return redirect(kinds.get(found[0].kind).url_name, found[0].number)
        context["rows"] = project_rows(actor, found[:LIMIT], surface="search")
        context["more"] = len(found) > LIMIT
    return render(request, "casework/search.html", context)
