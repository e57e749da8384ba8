"""The mails of a briefing: their words, and what is asked and added as each one leaves.

The row of a mail is the same for everybody. The link by which one person stops them is made as the
mail leaves, and whoever stopped them in the meantime, or is no longer of the audience, gets none.
"""

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone

from notifications.briefings.audience import audience_of
from notifications.briefings.models import Briefing, Delivery, contact_of
from notifications.briefings.names import ALERT_MAIL, NEWS_MAIL, TEST_MAIL, WRITE
from notifications.briefings.tokens import make_token
from notifications.briefings.unsubscribing import GROUP, can_choose
from notifications.catalogue import MessageKind, get
from notifications.channels.rules import wants_mail
from notifications.mail_rows import write_mail
from notifications.models import MailMessage
from notifications.wording import Wording, absolute, fill, values_for, wording_of
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership
from portal.toolkits.markdown import letter_text

_KEYS: Final = frozenset({ALERT_MAIL, NEWS_MAIL, TEST_MAIL})
_STOP: Final = "Stop mail of briefings (alerts still come by mail):\n{url}\n"


def words_of(briefing: Briefing, *, key: str) -> Wording:
    """Subject and body of a briefing's mail, without the link that is each reader's own.

    Where its writers did not say that it holds no personal data, the mail only says that it is
    there. The exchange of the briefing must be set.
    """
    kind = get(key)
    if briefing.has_full_text_in_mail:
        body = letter_text(briefing.body, base=absolute("").rstrip("/"))
        text = f"{briefing.summary}\n\n{body}"
    else:
        said = "alert" if briefing.is_alert else "briefing"
        text = f"A new {said} is in your Secure Mailbox. Sign in to read it."
    values = values_for(
        kind,
        exchange=briefing.exchange,
        case=None,
        subject=briefing.subject,
        text=text,
        contact=contact_of(briefing.exchange),
        link=absolute(reverse("briefings:briefing", args=[briefing.pk])),
    )
    return fill(kind, wording_of(kind, exchange_id=briefing.exchange_id), values)


def send_test(*, actor: Actor, briefing: Briefing) -> None:
    """Mail a briefing to the actor alone, as its readers will get it; as often as they like.

    Raises:
        NotAllowed: the actor may not write briefings.
        Refused: nobody in particular asks.
    """
    actor.require(WRITE)
    if actor.person is None:
        raise Refused("A test goes to a person.")
    sent = MailMessage.objects.filter(person=actor.person, key=TEST_MAIL).count()
    wording = words_of(briefing, key=TEST_MAIL)
    write_mail(
        exchange=actor.exchange,
        key=TEST_MAIL,
        to=actor.person.email,
        wording=Wording(f"[Test] {wording.subject}", wording.body),
        now=timezone.now(),
        unique=f"{briefing.pk}:{actor.person_id}:{sent}",
        person=actor.person,
    )
    record(actor=actor, action="briefings.tested", data={"briefing": briefing.pk})
    wake_dispatcher()


def is_one(key: str) -> bool:
    """Whether a mail is one of a briefing."""
    return key in _KEYS


def write(*, message: OutboxMessage, kind: MessageKind, now: datetime) -> bool:
    """Nothing: a briefing's mails do not come through the outbox, but with its deliveries."""
    return False


def open_seal(mail: MailMessage, *, now: datetime) -> tuple[str, Wording] | None:
    """Where the mail goes and what it says to this reader; None when it may not go any more.

    The exchange must be set.
    """
    if mail.person is None or mail.to != mail.person.email:
        return None
    wording = Wording(mail.subject, mail.body)
    if mail.key == TEST_MAIL:
        return (mail.to, wording) if _still_writes(mail) else None
    delivery = Delivery.objects.select_related("briefing__exchange").filter(mail=mail).first()
    if delivery is None or not _is_still_meant(delivery):
        return None
    if mail.key == ALERT_MAIL:
        return mail.to, wording
    if not wants_mail([delivery.person_id], GROUP, exchange=delivery.briefing.exchange):
        return None
    if can_choose(delivery.briefing.exchange):
        wording = Wording(mail.subject, mail.body + _STOP.format(url=stop_url(mail)))
    return mail.to, wording


def empty_seal(mail: MailMessage) -> None:
    """Nothing: these mails open nothing by themselves, and stay readable."""


def headers_of(mail: MailMessage, wording: Wording) -> dict[str, str]:
    """What lets a mail program offer to stop them with one click (RFC 2369, RFC 8058).

    Nothing, unless the words the mail leaves with offer the same.
    """
    if mail.key != NEWS_MAIL or (url := stop_url(mail)) not in wording.body:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def stop_url(mail: MailMessage) -> str:
    """The address by which the reader of a mail stops them; it names nobody."""
    return absolute(reverse("briefings:stop", args=[make_token(mail)]))


def _is_still_meant(delivery: Delivery) -> bool:
    return audience_of(delivery.briefing).filter(person_id=delivery.person_id).exists()


def _still_writes(mail: MailMessage) -> bool:
    members = Membership.objects.current().filter(exchange_id=mail.exchange_id, person=mail.person)
    return members.filter(role__actions__contains=[WRITE]).exists()
