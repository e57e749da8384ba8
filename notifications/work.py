"""One round of the wing's work for one exchange: first the outbox, then the mails it left."""

from datetime import datetime

from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from portal.tenancy.models import Exchange


def work_off(*, exchange: Exchange, now: datetime, limit: int = 1_000) -> dict[str, int]:
    """Drain the outbox and send the mail that is due at ``now`` (UTC); returns the counts."""
    drained = drain_outbox(exchange=exchange, now=now, limit=limit).as_dict()
    return drained | send_mails(exchange=exchange, now=now, limit=limit).as_dict()
