"""What every page of the workspace asks of its request."""

from typing import cast

from django.http import Http404, HttpRequest

from portal.casework.models import Case
from portal.casework.selectors import case_for
from portal.tenancy.actor import Actor, NotAllowed
from retention.table import KIND

#: One of these opens the dashboard, the worklist and cases.
VIEWING = ("retention.view_own", "retention.view_organization", "retention.view_all")


def reader_of(request: HttpRequest) -> Actor:
    """Who asks, once it is sure that they see CRW cases at all.

    Raises:
        NotAllowed: they do not, or act in no exchange.
        Http404: their exchange has no such workspace.
    """
    actor = _actor_of(request, VIEWING[0])
    if not actor.may_any(VIEWING):
        raise NotAllowed(VIEWING[0])
    return _in_module(actor)


def actor_with(request: HttpRequest, action: str) -> Actor:
    """Who asks, once it is sure that they have the action.

    Raises:
        NotAllowed: they have not, or act in no exchange.
        Http404: their exchange has no such workspace.
    """
    actor = _actor_of(request, action)
    actor.require(action)
    return _in_module(actor)


def crw_case_or_404(actor: Actor, number: str) -> Case:
    """The actor's CRW case with this number.

    Raises:
        Http404: there is none they may know of.
    """
    try:
        case = case_for(actor, number)
    except Case.DoesNotExist:
        raise Http404 from None
    if case.kind != KIND:
        raise Http404
    return case


def _actor_of(request: HttpRequest, action: str) -> Actor:
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    return actor


def _in_module(actor: Actor) -> Actor:
    if not actor.has_module(KIND):
        raise Http404
    return actor
