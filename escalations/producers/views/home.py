"""The producer's home page, and where producers find help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from escalations.producers import selectors
from escalations.producers.table import ASKED, KIND
from escalations.producers.views.common import actor_of
from portal.casework.keyset import Sort, page_of
from portal.casework.models import Case
from portal.casework.rows import for_rows, project_rows

PAGE_SIZE = 25
_LATEST = Sort("opened", "opened_at", "Submitted")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """“Escalate”, “$”, and one's own escalations, those that wait for an answer first in sight."""
    actor = actor_of(request, "producers.view_own")
    cases = Case.objects.visible_to(actor).filter(kind=KIND)
    page = page_of(
        for_rows(cases, actor),
        sort=_LATEST,
        descending=True,
        size=PAGE_SIZE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    asked = cases.filter(status=ASKED).order_by("updated_at")[:PAGE_SIZE]
    context = {
        "rows": project_rows(actor, list(page.rows), surface="producer-home"),
        "page": page,
        "asked": [case.number for case in asked],
        "of_agency": actor.is_lead,
        "may_escalate": actor.may("producers.escalate"),
    }
    return render(request, "producers/home.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """What each resource is for, and what never to write in a mail (MD-01…MD-09)."""
    actor = actor_of(request, "producers.help")
    context = {"contacts": selectors.help_contacts(actor), "exchange": actor.exchange}
    return render(request, "producers/help.html", context)
