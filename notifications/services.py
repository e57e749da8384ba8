"""Every write people make in this wing: wording, what is read, and what is sent again."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.catalogue import get
from notifications.mail_rows import PATIENCE, can_be_sent_again
from notifications.models import Bell, MailMessage, MessageTemplate
from notifications.wording import BODY_LENGTH, SUBJECT_LENGTH, Wording, check_wording
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.ui import live

_EDIT, _OPERATE = "notifications.edit_templates", "notifications.operate"


@transaction.atomic
def change_template(*, actor: Actor, key: str, subject: str, body: str) -> MessageTemplate:
    """Give a message the exchange's own wording.

    Raises:
        NotAllowed: the actor may not edit wordings.
        ValidationError: an unknown message or variable, or one left out that must be there;
            names the field.
        SsnRefused: the wording holds a Social Security number.
    """
    actor.require(_EDIT)
    try:
        kind = get(key)
    except KeyError:
        raise ValidationError({"key": "There is no such message."}) from None
    wording = Wording(subject.strip(), body.strip())
    check_wording(kind, wording)
    if len(wording.subject) > SUBJECT_LENGTH or len(wording.body) > BODY_LENGTH:
        raise ValidationError(
            f"At most {SUBJECT_LENGTH} characters in the subject and {BODY_LENGTH:,} in the body."
        )
    for name, text in (("subject", wording.subject), ("body", wording.body)):
        if contains_ssn(text):
            raise SsnRefused(f"the {name}")
    template, _ = MessageTemplate.objects.update_or_create(
        exchange=actor.exchange,
        key=key,
        defaults={"subject": wording.subject, "body": wording.body},
    )
    record(actor=actor, action="notifications.wording_changed", data={"key": key})
    return template


@transaction.atomic
def reset_template(*, actor: Actor, key: str) -> None:
    """Go back to the catalogue's wording.

    Raises:
        NotAllowed: the actor may not edit wordings.
    """
    actor.require(_EDIT)
    removed, _ = MessageTemplate.objects.filter(exchange=actor.exchange, key=key).delete()
    if removed:
        record(actor=actor, action="notifications.wording_reset", data={"key": key})


def mark_read(*, actor: Actor, bell: Bell) -> None:
    """Mark one line of one's own bell as read, with the earlier ones folded under it.

    Raises:
        Bell.DoesNotExist: it is somebody else's.
    """
    own = Bell.objects.visible_to(actor).get(pk=bell.pk)
    folded = Bell.objects.visible_to(actor).unread().alike(own).filter(pk__lte=own.pk)
    if folded.update(read_at=timezone.now()):
        live.touch([own.person_id])


def mark_all_read(*, actor: Actor, until: int | None = None) -> int:
    """Mark all of one's own bell as read, up to the line ``until``; returns how many were news.

    What rang after the page was drawn stays unread: nobody has seen it.
    """
    rows = Bell.objects.visible_to(actor).unread()
    if until is not None:
        rows = rows.filter(pk__lte=until)
    if actor.person_id and (marked := rows.update(read_at=timezone.now())):
        live.touch([actor.person_id])
        return marked
    return 0


@transaction.atomic
def retry_message(*, actor: Actor, message: OutboxMessage) -> OutboxMessage:
    """Let a parked message be handled once more.

    Raises:
        NotAllowed: the actor does not look after the outbox.
        OutboxMessage.DoesNotExist: it is another exchange's.
        Refused: it is not parked.
    """
    actor.require(_OPERATE)
    message = OutboxMessage.objects.select_for_update().get(
        pk=message.pk, exchange_id=actor.exchange_id
    )
    if message.state != OutboxMessage.State.PARKED:
        raise Refused("This message is not parked any more.")
    message.state, message.attempts = OutboxMessage.State.WAITING, 0
    message.next_attempt_at, message.lease_until = timezone.now(), None
    message.save(update_fields=["state", "attempts", "next_attempt_at", "lease_until"])
    record(
        actor=actor,
        action="notifications.retried",
        cases=[message.case_id] if message.case_id else [],
        data={"message": message.pk},
    )
    wake_dispatcher()
    return message


@transaction.atomic
def resend_mail(*, actor: Actor, mail: MailMessage) -> MailMessage:
    """Send a parked or failed mail again, under the same Message-ID.

    A parked mail may have arrived, so only a person decides this.

    Raises:
        NotAllowed: the actor does not look after the outbox.
        MailMessage.DoesNotExist: it is another exchange's.
        Refused: it is neither parked nor failed, or it carried a secret that is no longer kept.
    """
    actor.require(_OPERATE)
    mail = MailMessage.objects.select_for_update().get(pk=mail.pk, exchange_id=actor.exchange_id)
    if not can_be_sent_again(mail):
        raise Refused(
            "This mail cannot be sent again: it was sent meanwhile, or its link or passcode is"
            " no longer kept."
        )
    now = timezone.now()
    mail.state, mail.attempts, mail.last_error = MailMessage.State.WAITING, 0, ""
    mail.next_attempt_at, mail.lease_until = now, None
    mail.give_up_at = now + timedelta(hours=PATIENCE)
    mail.save()
    case_id = mail.message.case_id if mail.message else None
    record(
        actor=actor,
        action="notifications.resent",
        cases=[case_id] if case_id else [],
        data={"mail": mail.pk},
    )
    wake_dispatcher()
    return mail
