"""The release gate: the one function that decides what an office learns of a case.

Without a signed release in force an office learns that its case was received, is in progress,
was referred or is resolved, and nothing else (EA-19, EA-20). Pages, lists, search, counts, API,
exports, files, mail and bell all ask here, at the moment they show something.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from escalations.releases.models import Release
from portal.casework.models import Case, CaseGroupPermission, CaseUserPermission
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family

GRANT = "see_details"


class Disclosure(StrEnum):
    """How much of a case somebody may see."""

    NONE = "none"
    STATUS = "status"
    DETAIL = "detail"


@dataclass(frozen=True)
class Decision:
    """What the gate decided, and under which release."""

    level: Disclosure
    release_id: int | None = None

    @property
    def shows_details(self) -> bool:
        return self.level is Disclosure.DETAIL


def releases_for(actor: Actor, at: datetime | None = None):
    """Releases in force that open a case to this actor of an outside organization.

    Two things must agree: the release row, read with the clock, and the grant on the case that
    guardian holds. Either one alone opens nothing.
    """
    rows = Release.objects.in_force(at or timezone.now()).covering(
        office_id=actor.organization_id, person_id=actor.person_id
    )
    grant = {"permission__codename": GRANT, "content_object_id": OuterRef("case_id")}
    group_id = (actor.organization.group_id if actor.organization else None) or 0
    office_granted = Exists(CaseGroupPermission.objects.filter(group_id=group_id, **grant))
    person_granted = Exists(CaseUserPermission.objects.filter(user_id=actor.person_id, **grant))
    return rows.filter(
        Q(Q(scope=Release.Scope.OFFICE) & office_granted)
        | Q(Q(scope=Release.Scope.NAMED) & person_granted)
    )


def release_ids(actor: Actor, cases: Collection[int]) -> Mapping[int, int]:
    """Which release in force opens each of these cases (ids) to an office now, in one query.

    Cases that none opens, and the exchange's own staff, are not in the answer.
    """
    if actor.family is not Family.OFFICE:
        return {}
    rows = releases_for(actor).filter(
        case_id__in=cases, case__organization_id=actor.organization_id
    )
    # The same one that `decide` names: the first in the releases' own order.
    found: dict[int, int] = {}
    for case_id, release_id in rows.values_list("case_id", "pk"):
        found.setdefault(case_id, release_id)
    return found


def detailed_q(actor: Actor, at: datetime | None = None) -> Q | None:
    """Which constituent cases show the actor their details, as a filter on cases."""
    match actor.family:
        case Family.OFFICE:
            released = releases_for(actor, at).filter(case_id=OuterRef("pk"))
            return Q(Exists(released), organization_id=actor.organization_id)
        case Family.EXTERNAL_AFFAIRS | Family.UNIT:
            return Q()
    return None


def decide(*, actor: Actor, case: Case, at: datetime | None = None) -> Decision:
    """What the actor may see of a case they may know of, at the instant ``at`` (default: now)."""
    if actor.is_system or actor.family in (Family.EXTERNAL_AFFAIRS, Family.UNIT):
        return Decision(Disclosure.DETAIL)
    if actor.family is Family.OFFICE and case.organization_id == actor.organization_id:
        release_id = releases_for(actor, at).filter(case=case).values_list("pk", flat=True).first()
        if release_id:
            return Decision(Disclosure.DETAIL, release_id)
        return Decision(Disclosure.STATUS)
    if actor.may("ledger.view"):
        return Decision(Disclosure.STATUS)
    return Decision(Disclosure.NONE)


def record_disclosure(
    *, actor: Actor, cases: Iterable[int], decision: Decision, fields: Iterable[str], surface: str
) -> None:
    """Write what was shown to whom; called by the projection, before anything is rendered.

    Details shown to an outside organization are a *disclosure*, with its release; details seen
    by the exchange's own staff are a *view*.
    """
    outside = actor.is_outside
    record(
        actor=actor,
        action="releases.disclosed" if outside else "casework.viewed",
        cases=cases,
        fields=fields,
        disclosed_to=actor.organization_id if outside else None,
        release=decision.release_id,
        data={"surface": surface},
    )
