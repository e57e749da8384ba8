"""A CRW case as the spine sees it: who may know of it, and who may see more (C.5, T-02, X-07)."""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from portal.casework.kinds import CaseKind
from portal.casework.models import Case
from portal.tenancy.actor import Actor
from retention.doors import DOORS
from retention.models import CrwCase
from retention.projection import outcome, project
from retention.table import KIND, MACHINE


def visible(actor: Actor) -> Q | None:
    """An enroller's own cases, a lead's organization's, Outreach and Sales all of them.

    Outside, only while the consumer is delegated to the organization: a delegation that ended
    ends this too, at the next request. The same rule as ``CrwCase.objects.visible_to``.
    """
    if actor.may("retention.view_all"):
        return Q()
    if actor.may("retention.view_organization"):
        return Q(organization_id__in=actor.organization_ids, crw__in_book=True)
    if actor.may("retention.view_own"):
        return Q(
            organization_id__in=actor.organization_ids,
            owner_id=actor.person_id,
            crw__in_book=True,
        )
    return None


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """Whom each case is about, for search and for lists of all kinds of case."""
    rows = CrwCase.objects.filter(pk__in=[case.pk for case in cases])
    return dict(rows.values_list("pk", "consumer__full_name"))


CRW = CaseKind(
    key=KIND,
    label="CRW case",
    plural="CRW cases",
    machine=MACHINE,
    visible=visible,
    url_name="retention:case",
    number_prefix="CRW",
    doors=DOORS,
    summaries=summaries,
    project=project,
    outcome=outcome,
    has_workspace=True,
)
