"""One round of the wing's work for one exchange: the outbox, then the mails and calls it left."""

from datetime import datetime

from notifications.channels.webhooks import send_webhooks
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from portal.tenancy.models import Exchange


def work_off(*, exchange: Exchange, now: datetime, limit: int = 1_000) -> dict[str, int]:
    """Drain the outbox, then send mails and make calls due at ``now`` (UTC); returns the counts."""
    drained = drain_outbox(exchange=exchange, now=now, limit=limit).as_dict()
    mailed = send_mails(exchange=exchange, now=now, limit=limit).as_dict()
    return drained | mailed | send_webhooks(exchange=exchange, now=now, limit=limit).as_dict()
