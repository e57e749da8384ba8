"""Every write of notices: announced, and withdrawn."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.bells.notices import WRITE, Notice, NoticeState, audiences_of
from notifications.models import Bell
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.ui import live

TITLE_LENGTH: Final = 120
BODY_LENGTH: Final = 4_000
#: Kind of notice → the message of the catalogue that rings it.
MESSAGE_KEYS: Final[dict[str, str]] = {
    Notice.Kind.OUTAGE: "notice.outage",
    Notice.Kind.CUSTOM: "notice.custom",
}


@transaction.atomic
def announce(
    *,
    actor: Actor,
    kind: str,
    audience: str,
    title: str,
    body: str,
    starts_at: datetime,
    expires_at: datetime,
) -> Notice:
    """Ring the bells of an audience, at once or when it begins.

    Args:
        starts_at: when the bells ring; at once when it is past (UTC instant).
        expires_at: from when nobody is shown it (UTC instant).

    Raises:
        NotAllowed: the actor may not announce anything.
        ValidationError: a value is missing or does not fit, or the audience is not the actor's to
            address; by field.
        SsnRefused: the text holds a Social Security number.
    """
    actor.require(WRITE)
    notice = Notice(
        exchange=actor.exchange,
        kind=kind,
        audience=audience,
        title=title.strip(),
        body=body.strip(),
        starts_at=starts_at,
        expires_at=expires_at,
        written_by=actor.person,
    )
    _check(notice, actor)
    notice.message = OutboxMessage.objects.create(
        exchange=actor.exchange,
        key=MESSAGE_KEYS[kind],
        dedupe_key=f"notice:{uuid4()}",
        next_attempt_at=max(starts_at, timezone.now()),
    )
    notice.save()
    notice.message.data = {"notice": notice.pk}
    notice.message.save(update_fields=["data"])
    record(
        actor=actor,
        action="notifications.announced",
        data={"notice": notice.pk, "audience": audience},
    )
    wake_dispatcher()
    return notice


@transaction.atomic
def withdraw(*, actor: Actor, notice: Notice) -> Notice:
    """Take a notice back: it leaves every bell, or never rings.

    Raises:
        NotAllowed: the actor may not announce anything.
        Notice.DoesNotExist: it is another exchange's.
        Refused: it is withdrawn or over already, or its audience is not the actor's to address.
    """
    actor.require(WRITE)
    notice = Notice.objects.visible_to(actor).select_for_update().get(pk=notice.pk)
    if notice.state() in (NoticeState.WITHDRAWN, NoticeState.EXPIRED):
        raise Refused(f"It is {notice.state().lower()} already: no reader sees it.")
    if notice.audience not in dict(audiences_of(actor)):
        raise Refused("Only an administrator withdraws what is said to others than enrollers.")
    now = timezone.now()
    notice.withdrawn_at, notice.withdrawn_by = now, actor.person
    notice.save(update_fields=["withdrawn_at", "withdrawn_by"])
    Bell.objects.filter(message=notice.message_id).update(ends_at=now)
    live.touch_exchange(actor.exchange_id)
    record(actor=actor, action="notifications.announcement_withdrawn", data={"notice": notice.pk})
    return notice


def _check(notice: Notice, actor: Actor) -> None:
    if len(notice.body) > BODY_LENGTH:
        raise ValidationError({"body": f"At most {BODY_LENGTH:,} characters."})
    for name in ("title", "body"):
        if contains_ssn(getattr(notice, name)):
            raise SsnRefused(f"the {name}")
    notice.clean_fields(exclude=["exchange", "message"])
    if notice.audience not in dict(audiences_of(actor)):
        raise ValidationError({"audience": "Choose whom you may address."})
    if notice.expires_at <= notice.starts_at:
        raise ValidationError({"expires_at": "It must end after it starts."})
    if notice.expires_at <= timezone.now():
        raise ValidationError({"expires_at": "This is in the past: nobody would see it."})
