"""What every page of the application asks of its request."""

import uuid

from django.http import Http404, HttpRequest

from portal.casework.models import Draft
from portal.casework.views.requests import actor_of
from portal.tenancy.actor import Actor
from storefronts.applications import services, wizard
from storefronts.applications.wizard import Sheet
from storefronts.models import StorefrontApplication
from storefronts.table import KIND

STEPS = ("Location", "Hours and services", "Photos", "Review and submit")


def applicant_of(request: HttpRequest) -> Actor:
    """The Agency Manager or Entity Primary Contact who asks (SF-01).

    Raises:
        NotAllowed: it is somebody else.
        Http404: their exchange has no storefronts.
    """
    actor = actor_of(request, "storefronts.apply")
    if not actor.has_module(KIND):
        raise Http404
    return actor


def draft_or_404(actor: Actor, public_id: uuid.UUID) -> tuple[Draft, Sheet]:
    """The actor's draft and what it holds.

    Raises:
        Http404: they have none with this id; somebody else's is the same answer.
    """
    draft = wizard.find(actor=actor, public_id=public_id)
    if draft is None:
        raise Http404
    return draft, Sheet.of(draft.content)


def made_of(actor: Actor, public_id: uuid.UUID) -> StorefrontApplication | None:
    """The application the draft has become, when a page of it is opened again."""
    return services.made_of(actor=actor, draft=public_id)
