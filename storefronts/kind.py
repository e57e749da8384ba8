"""A storefront application as the spine sees it: its owners, and those who review (C.6)."""

from django.db.models import Q

from portal.casework.kinds import CaseKind
from portal.tenancy.actor import Actor
from storefronts import projection
from storefronts.review import doors as review
from storefronts.status import doors as status
from storefronts.table import KIND, MACHINE


def visible(actor: Actor) -> Q | None:
    """The applications of one's own agency or entity; for reviewers, all."""
    if actor.may("storefronts.review"):
        return Q()
    if actor.may("storefronts.apply"):
        return Q(organization_id__in=actor.organization_ids)
    return None


STOREFRONT = CaseKind(
    key=KIND,
    label="Storefront application",
    plural="Storefront applications",
    machine=MACHINE,
    visible=visible,
    detailed=visible,  # whoever may know of one is shown it: pages mark what its applicant reads
    url_name="storefronts:application",
    number_prefix="SF",
    doors={**review.DOORS, **status.DOORS},
    summaries=projection.summaries,
    project=projection.project,
    outcome=projection.outcome,
    brought_by="Applicant",
    own_list="storefronts:mine",
    has_workspace=True,
)
