"""Reads of single cases and their files, each behind the gate of its kind."""

import uuid

from django.db.models import Exists, OuterRef, QuerySet

from portal.casework.machine import Audience
from portal.casework.models import Attachment, Case, CaseUserPermission
from portal.tenancy.actor import Actor
from portal.tenancy.sight import prepared_for


def case_for(actor: Actor, number: str) -> Case:
    """A case the actor may know of, with its organization, queue and owner; one statement.

    ``is_watched`` on it says whether the actor watches it.

    Raises:
        Case.DoesNotExist: there is none they may know of; the two are one answer.
    """
    query = prepared_for(
        actor, "casework.case_for", lambda sight, slots: _case_for(sight, slots.text("number"))
    )
    case = next(iter(query.rows(number=number) if query else _case_for(actor, number)), None)
    if case is None:
        raise Case.DoesNotExist
    case.exchange = actor.exchange  # the only one it can be of, and at hand
    return case


def _case_for(actor: Actor, number: str) -> QuerySet[Case]:
    watching = CaseUserPermission.objects.filter(
        user_id=actor.person_id,
        content_object_id=OuterRef("pk"),
        permission__codename="watch_case",
    )
    return (
        Case.objects.visible_to(actor)
        .select_related("organization", "queue", "owner")
        .annotate(is_watched=Exists(watching))
        .filter(number=number)
        .order_by()
    )


def attachment_for(actor: Actor, number: str, public_id: uuid.UUID) -> Attachment:
    """A file of a case whose details the actor is shown at this moment, with its document.

    Raises:
        Attachment.DoesNotExist: there is no such file, or not for this actor.
    """
    cases = Case.objects.visible_to(actor).detailed_to(actor).filter(number=number)
    rows = Attachment.objects.filter(case__in=cases, document__public_id=public_id)
    if actor.is_outside:
        rows = rows.exclude(audience=Audience.INTERNAL)
    attachment = rows.select_related("document").first()
    if attachment is None:
        raise Attachment.DoesNotExist
    return attachment
