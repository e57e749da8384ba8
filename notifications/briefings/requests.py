"""What the pages of the room ask of their requests."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from notifications.briefings.models import OUT, Briefing
from notifications.briefings.names import MODULE, READ, WRITE
from portal.casework.machine import Refused
from portal.tenancy.actor import Actor, NotAllowed


def reader_of(request: HttpRequest) -> Actor:
    """Who reads: an enroller, or somebody who writes what enrollers read.

    Raises:
        NotAllowed: they do neither, or act in no exchange.
        Http404: their exchange has no enroller portal.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not (actor.may(READ) or actor.may(WRITE)):
        raise NotAllowed(READ)
    return _with_module(actor)


def actor_with(request: HttpRequest, action: str) -> Actor:
    """The actor, who must have the action.

    Raises:
        NotAllowed: they have not, or act in no exchange.
        Http404: their exchange has no enroller portal.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return _with_module(actor)


def briefing_or_404(actor: Actor, pk: int, *, is_out: bool = False) -> Briefing:
    """The briefing with this key.

    Args:
        is_out: only one that readers find.

    Raises:
        Http404: there is none the actor may know of.
    """
    rows = Briefing.objects.visible_to(actor).select_related("exchange").defer("words")
    if is_out:
        rows = rows.filter(state__in=OUT)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def show_errors(form: forms.Form, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)


def _with_module(actor: Actor) -> Actor:
    if not actor.has_module(MODULE):
        raise Http404
    return actor
