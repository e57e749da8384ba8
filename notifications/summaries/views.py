"""One daily summary on one page, and as a file. Its list is a folder of the mailbox."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from notifications.summaries.exports import export_summary
from notifications.summaries.models import MODULE, READ, Summary
from notifications.summaries.page import COLUMNS, GONE, look_at, summary_for
from portal.casework.machine import Refused
from portal.documents.responses import content_disposition
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor, NotAllowed

#: Pages of the longest summary anybody turns; beyond it there is nothing.
_LAST_PAGE = 10_000


@require_safe
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """A summary; its consumers are read now, and the look is recorded."""
    actor = _actor(request)
    shown = look_at(actor, _found(actor, pk), number=_number(request))
    if shown.number > 1 and not shown.shown:
        raise Http404
    here = reverse("summaries:summary", args=[pk])
    context = {
        "shown": shown,
        "columns": COLUMNS,
        "gone": GONE,
        "formats": [*FORMATS] if shown.shown else [],
        "previous_url": f"{here}?page={shown.number - 1}" if shown.number > 1 else "",
        "next_url": "" if shown.is_last else f"{here}?page={shown.number + 1}",
    }
    return render(request, "summaries/summary.html", context)


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same lines as a file, written into the ledger."""
    actor = _actor(request)
    file_format = request.GET.get("format", "csv")
    if file_format not in FORMATS:
        raise BadRequest("There is no such format.")
    try:
        file = export_summary(actor=actor, summary=_found(actor, pk), file_format=file_format)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("summaries:summary", pk=pk)
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition(file.name)},
    )


def _actor(request: HttpRequest) -> Actor:
    """Who asks, once it is sure that they get summaries, in an exchange that makes them."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(READ)
    actor.require(READ)
    if not actor.has_module(MODULE):
        raise Http404
    return actor


def _found(actor: Actor, pk: int) -> Summary:
    try:
        return summary_for(actor, pk)
    except Summary.DoesNotExist:
        raise Http404 from None


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _LAST_PAGE):
        raise Http404
    return int(text[:9])
