"""Taking in one mail: sealed and kept first, looked at later.

Whoever hands a mail over (mail server, provider, operator) is answered only once its bytes are
committed, and may hand it over as often as it likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.db import connection, transaction

from notifications.inbound.filing import ring_desk
from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.parse import MAX_BYTES, identify
from portal.fields import encrypt_bytes

FILE_TASK = "notifications.inbound.tasks.file_mail"


@dataclass(frozen=True)
class Taken:
    """A mail that is kept, and whether it was news."""

    mail: RawMail
    is_new: bool


@transaction.atomic
def receive_mail(
    *, mailbox: Mailbox, content: bytes, door: str, now: datetime, size: int | None = None
) -> Taken:
    """Keep one mail, once, however often and by however many doors it comes (drill 7).

    The same Message-ID with other words is another mail; it is held for a person. Of a mail that is
    larger than is taken in only the fact is kept.

    Args:
        now: when it came (UTC).
        size: bytes of the whole mail, where ``content`` is only its beginning.
    """
    identity = identify(content[:MAX_BYTES])
    # One mail of a mailbox at a time: copies that come at the same moment see each other, and
    # of two mails with one Message-ID it is certain which was first.
    Mailbox.objects.select_for_update(no_key=True).only("pk").get(pk=mailbox.pk)
    mails = RawMail.objects.filter(mailbox=mailbox)
    if known := mails.filter(key=identity.key).defer("sealed").first():
        return Taken(known, is_new=False)
    claimed = identity.message_id
    is_twisted = bool(claimed) and mails.filter(message_id_hash=claimed).exists()
    size = len(content) if size is None else size
    is_too_large = size > MAX_BYTES
    mail = RawMail(
        exchange_id=mailbox.exchange_id,
        mailbox=mailbox,
        door=door,
        key=identity.key,
        message_id_hash=claimed,
        sealed=None if is_too_large else encrypt_bytes(content),
        size=size,
        received_at=now,
        next_attempt_at=now,
    )
    if is_too_large:
        mail.state, mail.reason, mail.decided_at = (
            RawMail.State.REFUSED,
            RawMail.Reason.TOO_LARGE,
            now,
        )
    elif is_twisted:
        mail.reason = RawMail.Reason.SAME_ID
    mail.save()
    if is_too_large:
        ring_desk(mailbox.exchange, now)
    _wake_filer()
    return Taken(mail, is_new=True)


def _wake_filer() -> None:
    """After the commit, tell a worker; losing this loses nothing, the schedule finds the mail."""
    if not any(waiting[1] is _wake for waiting in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    current_app.send_task(FILE_TASK, retry=False)
