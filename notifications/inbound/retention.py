"""Forgetting originals: nothing of a mail is kept longer than somebody may need it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from notifications.inbound.models import Mailbox, RawMail
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange


@transaction.atomic
def forget_originals(*, exchange: Exchange, now: datetime) -> int:
    """Forget bytes, sender and subject of mails dealt with long enough ago; returns how many.

    A mail that waits for a person is kept until somebody decides. The exchange must be set.
    """
    forgotten = 0
    for mailbox in Mailbox.objects.filter(exchange=exchange):
        until = now - timedelta(days=mailbox.retention_days)
        rows = RawMail.objects.filter(mailbox=mailbox, decided_at__lt=until)
        rows = rows.exclude(sealed=None, sender_index="")
        forgotten += rows.update(sealed=None, sender="", subject="", sender_index="")
    if forgotten:
        record(
            actor=Actor.system(exchange),
            action="inbound.forgotten",
            data={"mails": forgotten},
        )
    return forgotten
