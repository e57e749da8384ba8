"""What this room tells people; the words and the recipients are the notifications wing's.

A message holds the ids of delegation, organization and person; never a name, never a number.
"""

from typing import Final

from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.consumers.mirror import Delegation
from portal.tenancy.actor import Actor

PASSCODE: Final = "delegation.passcode"
CONFIRMED: Final = "delegation.confirmed"
#: Bell “Pending Delegations” (DL-06).
PENDING: Final = "delegation.pending"
#: Bell “Delegation Transfer Status” (DL-06): to whom a delegation came, and from whom it went.
RECEIVED: Final = "delegation.received"
LEFT: Final = "delegation.left"


def tell_pending(delegation: Delegation) -> None:
    """Tell the enroller, or the organization's leads, that a delegation waits for them."""
    _enqueue(PENDING, delegation, delegation.organization_id, delegation.enroller_id, by=None)


def tell_received(delegation: Delegation, *, by: Actor) -> None:
    """Tell the enroller that a consumer was delegated to them by somebody else."""
    _enqueue(RECEIVED, delegation, delegation.organization_id, delegation.enroller_id, by=by)


def tell_previous(
    delegation: Delegation, organization_id: int | None, enroller_id: int | None, *, by: Actor
) -> None:
    """Tell whoever had the consumer before that they do not any more; not the one who did it.

    Args:
        delegation: the one that began, or the one that ended.
        organization_id: the organization that had the consumer; None: nobody had.
        enroller_id: its enroller; None: the organization's leads are told.
    """
    if organization_id is not None:
        _enqueue(LEFT, delegation, organization_id, enroller_id, by=by)


def _enqueue(
    key: str,
    delegation: Delegation,
    organization_id: int,
    enroller_id: int | None,
    *,
    by: Actor | None,
) -> None:
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=delegation.exchange_id,
                key=key,
                data={
                    "delegation": delegation.pk,
                    "organization": organization_id,
                    "enroller": enroller_id,
                    "by": by.person_id if by else None,
                },
                dedupe_key=f"{key}:{delegation.pk}:{delegation.status}",
            )
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()
