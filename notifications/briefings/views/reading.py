"""Pages for readers: the archive with its search, one briefing, and whether mail comes."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from notifications.briefings import services, unsubscribing
from notifications.briefings.forms import SearchForm
from notifications.briefings.models import State, contact_of, rules_of
from notifications.briefings.names import READ, WRITE
from notifications.briefings.requests import actor_with, briefing_or_404, reader_of
from notifications.briefings.searching import find_briefings, rows_of, tidy, years_of
from portal.casework.machine import Refused
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.toolkits.markdown import render as render_markdown

#: Rows of a page.
SIZE: Final = 20


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything that was sent to people like the reader, most recent first (AL-03)."""
    actor = reader_of(request)
    years = years_of(actor)
    form = SearchForm(request.GET, years=years)
    wanted = form.wanted()
    text = tidy(request.GET.get("q", ""))
    refusal = ""
    if contains_ssn(text):
        refusal = SsnRefused("the search box").messages[0]
        text, form = "", SearchForm({**wanted, "q": ""}, years=years)
    wanted.pop("q")
    pages = Paginator(find_briefings(actor=actor, text=text, **wanted), SIZE)
    page = pages.get_page(request.GET.get("page"))
    rules = rules_of(actor.exchange)
    context: dict[str, Any] = {
        "form": form,
        "text": text,
        "refusal": refusal,
        "rows": rows_of(list(page.object_list)),
        "total": pages.count,
        "is_filtered": any(wanted.values()),
        "previous_url": _at(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": _at(request.GET, page.number + 1) if page.has_next() else "",
        "contact": rules.contact_email or actor.exchange.contact_email,
        "newsroom_url": rules.newsroom_url,
        "may_write": actor.may(WRITE),
        "may_choose_mail": actor.may(READ) and unsubscribing.can_choose(actor.exchange),
        "gets_mail": actor.may(READ) and unsubscribing.gets_mail(actor),
    }
    return render(request, "briefings/index.html", context)


@require_safe
def briefing(request: HttpRequest, pk: int) -> HttpResponse:
    """One briefing, to read or print; opening it marks it as read."""
    actor = reader_of(request)
    found = briefing_or_404(actor, pk, is_out=True)
    services.mark_read(actor=actor, briefing=found)
    context = {
        "briefing": found,
        "html": render_markdown(found.body),
        "is_archived": found.state == State.ARCHIVED,
        "contact": contact_of(actor.exchange),
        "newsroom_url": rules_of(actor.exchange).newsroom_url,
        "may_write": actor.may(WRITE),
    }
    return render(request, "briefings/briefing.html", context)


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Stop the mail of briefings, or ask for it again."""
    actor = actor_with(request, READ)
    is_on = "stop" not in request.POST
    try:
        unsubscribing.choose_mail(actor=actor, is_on=is_on)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        only_here = "Briefings come to your Secure Mailbox alone. Alerts still come by mail."
        messages.success(request, "Briefings come by mail again." if is_on else only_here)
    return redirect("briefings:index")


def _at(query: QueryDict, number: int) -> str:
    there = query.copy()
    there["page"] = str(number)
    return f"?{there.urlencode()}"
