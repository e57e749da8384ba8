"""What every page of the spine asks of its request."""

from typing import cast

from django.http import Http404, HttpRequest

from portal.casework.models import Case
from portal.casework.selectors import case_for
from portal.tenancy.actor import Actor, NotAllowed


def actor_of(request: HttpRequest, action: str = "casework.view") -> Actor:
    """Who asks, once it is sure that they have the action.

    Raises:
        NotAllowed: they have not, or act in no exchange.
    """
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return actor


def case_or_404(actor: Actor, number: str) -> Case:
    """The actor's case with this number.

    Raises:
        Http404: there is none they may know of.
    """
    try:
        return case_for(actor, number)
    except Case.DoesNotExist:
        raise Http404 from None
