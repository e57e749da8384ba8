"""What the pages of the toolkits ask of their requests."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal.casework.machine import Refused
from portal.tenancy.actor import Actor, NotAllowed
from portal.toolkits.models import MODULE, WRITE, Entry, EntryVersion

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def actor_of(request: HttpRequest, *actions: str) -> Actor:
    """Who asks, once it is sure that they have all of the actions.

    Raises:
        NotAllowed: they have not, or act in no exchange.
        Http404: their exchange has no toolkits.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotAllowed(actions[0])
    for action in actions:
        actor.require(action)
    if not actor.has_module(MODULE):
        raise Http404
    return actor


def entry_or_404(actor: Actor, key: str) -> Entry:
    """The entry under this address.

    Raises:
        Http404: there is none the actor may know of.
    """
    rows = Entry.objects.visible_to(actor).select_related("current__document")
    entry = rows.filter(key=key).first()
    if entry is None:
        raise Http404
    return entry


def version_or_404(actor: Actor, entry: Entry, number: int) -> EntryVersion:
    """A version of an entry: a published one, or the one in the making for those who write.

    Raises:
        Http404: there is none the actor may know of.
    """
    rows = entry.versions.select_related("published_by", "written_by", "document")
    version = rows.filter(number=number).first()
    if version is None or (version.published_at is None and not actor.may(WRITE)):
        raise Http404
    return version


def show_errors(form: forms.Form, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)


def confirm(request: HttpRequest, **context: object) -> HttpResponse:
    """A page that asks before something is done; the answer is posted to the same address."""
    return render(request, "ui/confirm.html", {"action_url": request.path, **context})
