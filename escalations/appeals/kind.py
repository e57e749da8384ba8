"""The appeal as the spine sees it."""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from escalations.appeals import doors, projection
from escalations.appeals.models import AppealDetail
from escalations.appeals.table import MACHINE
from portal.casework.kinds import CaseKind
from portal.casework.models import Case
from portal.tenancy.actor import Actor


def visible(actor: Actor) -> Q | None:
    """A unit sees the appeals in its queue and those its people own; whoever opened one for a
    consumer goes on seeing how it stands."""
    if not actor.may("appeals.view"):
        return None
    return (
        Q(queue_id__in=actor.organization_ids)
        | Q(owner_id=actor.person_id)
        | Q(opened_by_id=actor.person_id)
    )


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """What is appealed and by whom, for rows of a queue."""
    rows = AppealDetail.objects.filter(case__in=cases)
    return {row.case_id: f"{row.get_subject_display()} · {row.appellant_name}" for row in rows}


def topics(actor: Actor) -> Sequence[tuple[str, str]]:
    """What can be appealed, for filters."""
    return AppealDetail.Subject.choices


APPEAL = CaseKind(
    key="appeal",
    label="Appeal",
    plural="Appeals",
    machine=MACHINE,
    visible=visible,
    url_name="casework:case",
    number_prefix="AP",
    doors=doors.DOORS,
    summaries=summaries,
    project=projection.project,
    topics=topics,
)
