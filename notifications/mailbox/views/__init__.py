"""Pages of the secure mailbox."""

from typing import cast

from django.http import Http404, HttpRequest

from notifications.mailbox.models import Thread
from notifications.mailbox.names import MODULE, USE
from portal.tenancy.actor import Actor, NotAllowed


def actor_of(request: HttpRequest, action: str = USE) -> Actor:
    """Who asks, with the action, in an exchange that has the mailbox.

    Raises:
        NotAllowed: they may not.
        Http404: the exchange has no secure mailbox.
    """
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    if not actor.has_module(MODULE):
        raise Http404
    return actor


def thread_or_404(actor: Actor, pk: int) -> Thread:
    """The actor's conversation; missing and foreign are one answer."""
    thread = Thread.objects.visible_to(actor).filter(pk=pk).first()
    if thread is None:
        raise Http404
    return thread
