"""Pages of the wing: one's own bell, what was mailed, what is stuck, and the wording."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.formats import date_format

from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor, NotAllowed


def actor_with(request: HttpRequest, action: str) -> Actor:
    """The request's actor, who must have the action.

    Raises:
        NotAllowed: they do not, or nobody in particular asks.
    """
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return actor


def local(moment: datetime | None, actor: Actor) -> datetime | None:
    """An instant on the clock of the actor's exchange."""
    return moment.astimezone(zone(actor.exchange.time_zone)) if moment else None


def said(moment: datetime | None) -> str:
    """An instant on the clock it carries, as every page says one; empty without one."""
    return date_format(moment, "M j, Y, g:i A") if moment else ""
