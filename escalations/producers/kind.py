"""A producer's escalation as the spine sees it: one of the kinds of ticket (C.2b)."""

from django.db.models import Exists, OuterRef, Q

from escalations.producers import doors, projection
from escalations.producers.models import ProducerEscalation
from escalations.producers.table import KIND, MACHINE, OPENING_CLOCKS
from escalations.tickets.workkinds import WorkKind
from portal.tenancy.actor import Actor


def visible(actor: Actor) -> Q | None:
    """The desk sees all, other units what is in their queue, a producer their own (X-07).

    A manager sees those of the agency. Whoever leaves an agency leaves its escalations behind.
    """
    if actor.may("producers.view_all"):
        return Q()
    if actor.may("tickets.view"):
        return Q(queue_id__in=actor.organization_ids) | Q(owner_id=actor.person_id)
    if not actor.may("producers.view_own"):
        return None
    of_agency = Q(organization_id__in=actor.organization_ids)
    if actor.is_lead:
        return of_agency
    own = ProducerEscalation.objects.filter(case=OuterRef("pk"), producer_id=actor.person_id)
    return of_agency & Q(Exists(own))


WORK = WorkKind(
    machine=MACHINE,
    label="Producer escalation",
    plural="Producer escalations",
    number_prefix="PE",
    opening=OPENING_CLOCKS,
    opened_elsewhere="producers:record",
    doors=doors.DOORS,
    visible=visible,
    # Whoever may know of one is shown what is in it, so its shared words are marked as such.
    detailed=visible,
    project=projection.project,
)
assert WORK.key == KIND
