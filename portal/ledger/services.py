"""Writing the ledger: one call for each act, in the act's own transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor


def record(
    *,
    actor: Actor,
    action: str,
    cases: Iterable[int] = (),
    consumers: Iterable[int] = (),
    disclosed_to: int | None = None,
    release: int | None = None,
    fields: Iterable[str] = (),
    outcome: str = LedgerEntry.Outcome.DONE,
    data: Mapping[str, Any] | None = None,
) -> LedgerEntry:
    """Record one act of one actor.

    ``cases`` and ``consumers`` are ids; ``fields`` are names of what was shown or changed, never
    values; ``data`` holds ids and keys only. If the row cannot be written the whole transaction
    fails: nothing is shown or changed off the record (AU-5).
    """
    return LedgerEntry.objects.create(
        exchange=actor.exchange,
        actor=actor.person,
        actor_role=actor.role_key,
        organization_id=actor.organization_id,
        channel=actor.channel,
        request_id=actor.request_id,
        action=action,
        outcome=outcome,
        case_ids=sorted(set(cases)),
        consumer_ids=sorted(set(consumers)),
        disclosed_to_id=disclosed_to,
        release_id=release,
        fields=sorted(set(fields)),
        data=dict(data or {}),
    )
