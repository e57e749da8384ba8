"""What time does to releases, exchange by exchange: the warning before the end, and the end."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from escalations.releases.gate import GRANT
from escalations.releases.models import Release
from portal.casework.models import CaseGroupPermission, CaseUserPermission, OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

#: Office and External Affairs are told this many days before a release ends.
DAYS_OF_WARNING = 3


@transaction.atomic
def withdraw_lapsed_grants(*, exchange: Exchange, at: datetime) -> int:
    """Remove the grants of an exchange that no release stands behind at the instant ``at``.

    Tidying only: the gate reads the release with the clock and has been shut since the last day
    ended. Returns how many were removed; the exchange must be set.
    """
    standing = Release.objects.filter(
        case_id=OuterRef("content_object_id"), state=Release.State.VALID, valid_until__gt=at
    )
    offices = CaseGroupPermission.objects.filter(permission__codename=GRANT).exclude(
        Exists(standing.filter(scope=Release.Scope.OFFICE, office__group_id=OuterRef("group_id")))
    )
    people = CaseUserPermission.objects.filter(permission__codename=GRANT).exclude(
        Exists(
            standing.filter(scope=Release.Scope.NAMED, named_staff__person_id=OuterRef("user_id"))
        )
    )
    removed, cases = 0, set[int]()
    for rows in (offices, people):
        stale = list(rows.values_list("pk", "content_object_id"))
        cases.update(case_id for _, case_id in stale)
        removed += rows.model.objects.filter(pk__in=[pk for pk, _ in stale]).delete()[0]
    if removed:
        record(actor=Actor.system(exchange), action="releases.lapsed", cases=cases)
    return removed


@transaction.atomic
def warn_of_expiring_releases(*, exchange: Exchange, at: datetime) -> int:
    """Tell of releases that end within :data:`DAYS_OF_WARNING` days, once for each end.

    Returns how many messages were written; the exchange must be set.
    """
    rows = Release.objects.in_force(at).filter(
        valid_until__lte=at + timedelta(days=DAYS_OF_WARNING)
    )
    wanted = {f"release.expiring:{row.pk}:{row.valid_until:%Y%m%d}": row for row in rows}
    known = OutboxMessage.objects.filter(exchange=exchange, dedupe_key__in=wanted)
    for key in known.values_list("dedupe_key", flat=True):
        del wanted[key]
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange=exchange,
                key="release.expiring",
                case_id=row.case_id,
                data={"release": row.pk},
                dedupe_key=key,
                created_at=at,
                next_attempt_at=at,
            )
            for key, row in wanted.items()
        ],
        ignore_conflicts=True,
    )
    if wanted:
        wake_dispatcher()
    return len(wanted)
