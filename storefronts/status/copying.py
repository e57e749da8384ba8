"""A rejected or withdrawn application as the beginning of a new one (C.6 8)."""

import uuid

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.tenancy.actor import Actor
from storefronts.applications import wizard
from storefronts.models import StorefrontApplication
from storefronts.table import KIND, REJECTED, WITHDRAWN

#: What an application must have come to before it is copied.
COPIED = frozenset({REJECTED, WITHDRAWN})


def start_copy(*, case: Case, actor: Actor) -> uuid.UUID:
    """Begin a draft with what the application says; returns the draft's id.

    The application stays as it is, and a second copy is a second draft.

    Raises:
        NotAllowed: the actor's role applies for no storefronts.
        StorefrontApplication.DoesNotExist: the actor may not know of the application.
        Refused: it is neither rejected nor withdrawn.
        ValidationError: the actor has too many drafts.
    """
    actor.require("storefronts.apply")
    mine = Case.objects.visible_to(actor).filter(kind=KIND, pk=case.pk)
    application = StorefrontApplication.objects.select_related("case").get(case__in=mine)
    if application.case.status not in COPIED:
        raise Refused("Only a rejected or withdrawn application is copied into a new one.")
    return wizard.start_copy(actor=actor, application=application)
