"""The book of business, and one consumer on one page."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_safe

from portal.book.actions_table import SEES_CONSUMERS
from portal.book.consumer_page import consumer_for, look_at
from portal.book.exports import export_book
from portal.book.listing import project_book, read_book, today_of
from portal.casework.machine import Refused
from portal.consumers.models import Consumer
from portal.documents.responses import content_disposition
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor, NotAllowed


@require_safe
def book_list(request: HttpRequest) -> HttpResponse:
    """The actor's active consumers, each with what it needs next."""
    actor = _actor(request, "book.view")
    book = read_book(actor, request.GET)
    if book.refusal:
        messages.error(request, book.refusal)
        return redirect("book:list")  # and so out of the address
    page = book.page()
    context = {
        "book": book,
        "rows": project_book(actor, page.rows, today=book.today, surface="book"),
        "total": book.count(),
        "is_filtered": bool(book.filters.asked),
        "is_lead": "enroller" in book.filters.fields,
        "previous_url": _address(request, before=page.before),
        "next_url": _address(request, after=page.after),
        "formats": [*FORMATS] if actor.may("book.export") else [],
        "query": _query(request),
    }
    return render(request, "book/list.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same list as a file, written into the ledger."""
    actor = _actor(request, "book.export")
    file_format = request.GET.get("format", "csv")
    if file_format not in FORMATS:
        raise BadRequest("There is no such format.")
    book = read_book(actor, request.GET)
    try:
        if book.refusal:
            raise Refused(book.refusal)
        file = export_book(actor=actor, book=book, file_format=file_format)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("book:list")
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition(file.name)},
    )


@require_safe
def consumer(request: HttpRequest, pk: int) -> HttpResponse:
    """One consumer: contacts, coverage, papers, who has them, cases, and all of it by date."""
    actor = _actor(request, *SEES_CONSUMERS)
    try:
        found = consumer_for(actor, pk)
    except Consumer.DoesNotExist:
        raise Http404 from None
    shown = look_at(actor, found, today=today_of(actor), surface="page")
    context = {
        "shown": shown,
        "is_outside": actor.is_outside,
        "has_book": actor.may("book.view"),
    }
    return render(request, "book/consumer.html", context)


def _actor(request: HttpRequest, *actions: str) -> Actor:
    """Who asks, once it is sure that they have one of the actions."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None or not actor.may_any(actions):
        raise NotAllowed(actions[0])
    return actor


def _query(request: HttpRequest) -> str:
    params = request.GET.copy()
    for name in ("after", "before", "format"):
        params.pop(name, None)
    return params.urlencode()


def _address(request: HttpRequest, **place: str) -> str:
    """The list's address at another place; empty when there is none."""
    if not any(place.values()):
        return ""
    query = _query(request)
    return f"{reverse('book:list')}?{query}{'&' if query else ''}{urlencode(place)}"
