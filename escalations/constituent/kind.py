"""The constituent case as the spine sees it."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Q

from escalations.constituent import doors, endings, projection
from escalations.constituent.models import ConstituentDetail
from escalations.constituent.table import MACHINE
from escalations.releases import gate
from portal.casework.kinds import CaseKind
from portal.casework.models import Case, CaseLink
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family


def visible(actor: Actor) -> Q | None:
    """An office knows of the cases it brought; External Affairs of all; a unit of those it does
    work for; oversight of none here (the ledger has its own pages)."""
    if not actor.may("constituent.view"):
        return None
    match actor.family:
        case Family.OFFICE:
            return Q(organization_id=actor.organization_id)
        case Family.EXTERNAL_AFFAIRS:
            return Q()
        case Family.UNIT:
            return Q(
                Exists(
                    CaseLink.objects.filter(
                        Q(from_queue_id__in=actor.organization_ids)
                        | Q(from_owner_id=actor.person_id),
                        kind=CaseLink.Kind.CHILD,
                        to_case_id=OuterRef("pk"),
                    )
                )
            )
    return None


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """The constituent's name, for rows whose details the actor is shown."""
    open_ids = (
        Case.objects.filter(pk__in=[case.pk for case in cases])
        .detailed_to(actor)
        .values_list("pk", flat=True)
    )
    rows = ConstituentDetail.objects.filter(case__in=open_ids)
    return {row.case_id: row.constituent_name or "Name not given" for row in rows}


CONSTITUENT = CaseKind(
    key="constituent",
    label="Constituent case",
    plural="Constituent cases",
    machine=MACHINE,
    visible=visible,
    detailed=gate.detailed_q,
    releases=gate.release_ids,
    url_name="casework:case",
    number_prefix="EA",
    doors=doors.DOORS,
    child_changed=endings.follow_ticket,
    summaries=summaries,
    project=projection.project,
)
