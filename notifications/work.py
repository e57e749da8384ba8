"""One round of the wing's work for one exchange: the outbox, then the mails and calls it left."""

from datetime import datetime, timedelta

from notifications.channels.webhooks import send_webhooks
from notifications.claims import moving_on
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from portal.tenancy.models import Exchange


def work_off(
    *, exchange: Exchange, now: datetime, limit: int = 1_000, share: timedelta | None = None
) -> dict[str, int]:
    """Drain the outbox, then send mails and make calls due at ``now`` (UTC); returns the counts.

    Args:
        limit: rows of each of the three that are handled at most.
        share: how long it may take, but for what it is just doing when that is over; each of the
            three has its third, and what the former left. None: as long as it takes.
    """
    clock = moving_on(now)

    def left(thirds: int) -> timedelta | None:
        return None if share is None else now + share * thirds / 3 - clock()

    drained = drain_outbox(exchange=exchange, now=now, limit=limit, patience=left(1))
    mailed = send_mails(exchange=exchange, now=now, limit=limit, patience=left(2))
    called = send_webhooks(exchange=exchange, now=now, limit=limit, patience=left(3))
    return drained.as_dict() | mailed.as_dict() | called.as_dict()
