"""Pages for readers: the search, an entry, its file, its history, and suggestions."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.responses import attachment_response
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.forms import SearchForm
from portal.toolkits.models import HISTORY, VIEW, WRITE, Entry, EntryVersion
from portal.toolkits.projection import changes_between, project_entry, project_version
from portal.toolkits.requests import actor_of, entry_or_404, version_or_404
from portal.toolkits.selectors import EntryRow, find_entries, rows_of, suggest, tidy

#: Rows of a page.
SIZE: Final = 12
#: Where the session keeps which entries were counted today, so that reloading counts once.
_COUNTED: Final = "toolkits_counted"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every entry the reader may read, searchable (TK-02, TK-03)."""
    return _list(request, downloads=False)


@require_GET
def downloads(request: HttpRequest) -> HttpResponse:
    """What can be downloaded, under the same search (TK-02)."""
    return _list(request, downloads=True)


@require_GET
def entry_page(request: HttpRequest, key: str) -> HttpResponse:
    """One entry as it is published; who writes finds the version in the making beside it."""
    actor = actor_of(request, VIEW)
    entry = entry_or_404(actor, key)
    context = {"page": project_entry(actor, entry), "counts": entry.state == Entry.State.PUBLISHED}
    return render(request, "toolkits/entry.html", context)


@require_POST
def used(request: HttpRequest, key: str) -> HttpResponse:
    """Count that the entry was opened: once a day and session. The page sends it by itself."""
    actor = actor_of(request, VIEW)
    entry = entry_or_404(actor, key)
    today = services.local_today(actor.exchange).isoformat()
    counted = request.session.get(_COUNTED, {})
    known = counted.get("entries", []) if counted.get("day") == today else []
    if entry.state == Entry.State.PUBLISHED and entry.pk not in known:
        services.count_use(actor=actor, entry=entry)
        request.session[_COUNTED] = {"day": today, "entries": [*known, entry.pk]}
    return HttpResponse(status=204)


@require_GET
def file(request: HttpRequest, key: str) -> HttpResponse:
    """Download the file of what is published."""
    actor = actor_of(request, VIEW)
    entry = entry_or_404(actor, key)
    return _download(actor, entry, entry.current)


@require_GET
def version_page(request: HttpRequest, key: str, edition: int) -> HttpResponse:
    """One version of an entry, and what it changed of the one before."""
    actor = actor_of(request, VIEW, HISTORY)
    entry = entry_or_404(actor, key)
    version = version_or_404(actor, entry, edition)
    before = entry.versions.filter(number__lt=edition).first()
    context = {
        "version": project_version(entry, version),
        "is_current": version.pk == entry.current_id,
        "current_title": entry.current.title if entry.current else version.title,
        "lines": changes_between(before, version),
        "before": before.number if before else None,
        "may_write": actor.may(WRITE),
    }
    return render(request, "toolkits/version.html", context)


@require_GET
def version_file(request: HttpRequest, key: str, edition: int) -> HttpResponse:
    """Download the file of one version."""
    actor = actor_of(request, VIEW, HISTORY)
    entry = entry_or_404(actor, key)
    return _download(actor, entry, version_or_404(actor, entry, edition))


@require_http_methods(["GET", "HEAD", "POST"])
def suggestions(request: HttpRequest) -> HttpResponse:
    """A fragment of at most five entries that may answer what is being typed in ``q``.

    What people type while they ask for help can be about somebody: a page that sends it while it
    is typed posts it, so that it stands in no address and no log. Nothing is changed by it.
    """
    actor = actor_of(request, VIEW)
    text = (request.POST if request.method == "POST" else request.GET).get("q", "")
    rows: Sequence[EntryRow] = () if contains_ssn(text) else suggest(actor, text)
    return render(request, "toolkits/_suggestions.html", {"rows": rows})


def _list(request: HttpRequest, *, downloads: bool) -> HttpResponse:
    actor = actor_of(request, VIEW)
    form = SearchForm(request.GET)
    wanted = form.wanted()
    del wanted["q"]
    text = tidy(request.GET.get("q", ""))
    context: dict[str, Any] = {"refusal": ""}
    if contains_ssn(text):
        context["refusal"] = SsnRefused("the search box").messages[0]
        text, form = "", SearchForm(wanted)
    look = partial(
        find_entries,
        actor=actor,
        text=text,
        kind=wanted["kind"],
        readers=wanted["readers"],
        language=wanted["language"],
        downloads=downloads,
    )
    found = look()
    loose = bool(text) and not found.exists()
    if loose:
        found = look(any_word=True)
    pages = Paginator(found, SIZE)
    page = pages.get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), text=text, any_word=loose)
    context |= {
        "form": form,
        "text": text,
        "rows": rows,
        "total": pages.count,
        "loose": loose and bool(rows),
        "is_filtered": any(wanted.values()),
        "tabs": _tabs(request.GET, text, downloads),
        "downloads": downloads,
        "may_write": actor.may(WRITE),
        "previous_url": _at(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": _at(request.GET, page.number + 1) if page.has_next() else "",
        "clear_url": reverse("toolkits:downloads" if downloads else "toolkits:index"),
    }
    return render(request, "toolkits/index.html", context)


def _tabs(query: QueryDict, text: str, downloads: bool) -> list[dict[str, Any]]:
    kept = QueryDict(mutable=True)
    kept.update({"q": text} if text else {})
    end = f"?{kept.urlencode()}" if text else ""
    return [
        {"label": "All toolkits", "url": reverse("toolkits:index") + end, "current": not downloads},
        {"label": "Downloads", "url": reverse("toolkits:downloads") + end, "current": downloads},
    ]


def _at(query: QueryDict, number: int) -> str:
    there = query.copy()
    there["page"] = str(number)
    return f"?{there.urlencode()}"


def _download(actor: Actor, entry: Entry, version: EntryVersion | None) -> HttpResponse:
    document: Document | None = version.document if version else None
    if version is None or document is None:
        raise Http404
    record(
        actor=actor,
        action="toolkits.file_fetched",
        data={"entry": entry.pk, "version": version.number, "document": document.pk},
    )
    return attachment_response(document)
