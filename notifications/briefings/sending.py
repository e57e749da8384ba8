"""Sending a briefing: one statement for each batch of people, however many there are.

Who is meant is asked when it goes, not when it was written. A batch is one transaction: it holds
the briefing's row, writes deliveries, what lies in mailboxes, and mails, and moves the mark up to
which people have it. So a worker may be killed anywhere, two may work side by side, and nobody
gets it twice: the unique key says so too. The mailer asks once more before each mail leaves.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from notifications.briefings.audience import audience_of
from notifications.briefings.mails import words_of
from notifications.briefings.models import (
    Briefing,
    BriefingChange,
    Delivery,
    State,
    due,
)
from notifications.briefings.names import ALERT_MAIL, ITEM_KIND, MODULE, NEWS_MAIL
from notifications.briefings.unsubscribing import GROUP
from notifications.channels.rules import wants_mail_sql
from notifications.mail_rows import PATIENCE
from notifications.mailbox.models import Item
from notifications.models import MailMessage
from portal.fields import EncryptedTextField
from portal.insert_select import insert, literal, next_id
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization, Person, Role
from portal.tenancy.scope import use_exchange
from portal.ui import live

#: People who get it in one statement and one transaction.
BATCH: Final = 2_000


@dataclass
class SendCounts:
    """What one run did for one exchange."""

    #: Briefings that reached everybody they are for.
    briefings: int = 0
    delivered: int = 0
    mails: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def send_briefings(*, exchange: Exchange, now: datetime) -> SendCounts:
    """Send every briefing of an exchange that is due at ``now`` (UTC).

    Safe to repeat, to run twice at once and to be killed anywhere. Opens its own transactions.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("Sending needs an instant with a time zone.")
    counts = SendCounts()
    if MODULE not in exchange.modules:
        return counts
    with use_exchange(exchange):
        keys = list(due(exchange, now).values_list("pk", flat=True))
    for key in keys:
        while _go_on(exchange, key, now, counts):
            pass
    return counts


def _go_on(exchange: Exchange, key: int, now: datetime, counts: SendCounts) -> bool:
    """Give it to the next batch in a transaction of its own; False when all have it."""
    with use_exchange(exchange):
        rows = due(exchange, now).select_for_update(of=("self",)).select_related("exchange")
        briefing = rows.defer("words").filter(pk=key).first()
        if briefing is None:  # somebody stopped it, or another worker has finished
            return False
        if briefing.state == State.SCHEDULED:
            briefing.state, briefing.sent_at = State.SENDING, now
        people = _next_people(briefing)
        if people:
            delivered, mails = _write_batch(briefing, people, now)
            counts.delivered += delivered
            counts.mails += mails
            briefing.reached = people[-1]
        else:
            briefing.state = State.SENT
            counts.briefings += 1
            _note_sent(briefing, now)
        briefing.save(update_fields=["state", "sent_at", "reached"])
        live.touch_exchange(exchange.pk)
    return bool(people)


def _next_people(briefing: Briefing) -> list[int]:
    """Ids of the next people it is for, in order."""
    rows = audience_of(briefing).filter(person_id__gt=briefing.reached).order_by("person_id")
    return list(rows.values_list("person_id", flat=True).distinct()[:BATCH])


def _write_batch(briefing: Briefing, people: list[int], now: datetime) -> tuple[int, int]:
    """Write everything of these people; how many got it, and how many of them a mail."""
    key = ALERT_MAIL if briefing.is_alert else NEWS_MAIL
    wording = words_of(briefing, key=key)
    members, params = (
        audience_of(briefing)
        .filter(person_id__in=people)
        .order_by("person_id", "since", "pk")
        .distinct("person_id")
        .values("person_id", "role_id", "organization_id")
        .query.sql_with_params()
    )
    # Encrypted once: every one of these mails says the same.
    body = EncryptedTextField().get_prep_value(wording.body)
    values: dict[str, Any] = {
        "exchange": briefing.exchange_id,
        "briefing": briefing.pk,
        "is_alert": briefing.is_alert,
        "now": now,
        "give_up_at": now + timedelta(hours=PATIENCE),
        "key": key,
        "subject": wording.subject,
        "body": body,
        "secret": salted_hmac("briefings.message_id", str(briefing.pk)).hexdigest(),
        "domain": settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> "),
    }
    # The query's own parameters are positional; they get names, so that both can stand together.
    named = {f"who{place}": value for place, value in enumerate(params)}
    members = members % tuple(f"%({name})s" for name in named)
    with connection.cursor() as cursor:
        cursor.execute(_statement().replace("{members}", members), values | named)
        delivered, mails = cursor.fetchone()
    return int(delivered), int(mails)


@cache
def _statement() -> str:
    """One statement: who they are, deliveries, what lies in mailboxes, mails.

    A mail's id is drawn before its row is written, so that the delivery can name it.
    """
    tables = {
        "person": Person._meta.db_table,
        "role": Role._meta.db_table,
        "organization": Organization._meta.db_table,
    }
    chosen = wants_mail_sql(group=GROUP, exchange="%(exchange)s", person="m.person_id")
    wants = f"(%(is_alert)s OR {chosen})"
    who = f"""
        who AS MATERIALIZED (
            SELECT m.person_id, p.email, r.key AS role_key, o.kind AS organization_kind,
                NOT {wants} AS was_unsubscribed,
                CASE WHEN {wants} THEN {next_id(MailMessage)} END AS mail_id
            FROM ({{members}}) m
            JOIN {tables["person"]} p ON p.id = m.person_id
            JOIN {tables["role"]} r ON r.id = m.role_id
            JOIN {tables["organization"]} o ON o.id = m.organization_id
        )"""
    delivered = insert(
        Delivery,
        {
            "exchange": "%(exchange)s",
            "briefing": "%(briefing)s",
            "person": "person_id",
            "role_key": "role_key",
            "organization_kind": "organization_kind",
            "at": "%(now)s",
            "mail": "mail_id",
            "was_unsubscribed": "was_unsubscribed",
        },
        "FROM who ON CONFLICT DO NOTHING RETURNING person_id, mail_id",
    )
    items = insert(
        Item,
        {
            "exchange": "%(exchange)s",
            "person": "person_id",
            "kind": literal(ITEM_KIND),
            "source_id": "%(briefing)s",
            "subject": "%(subject)s",
            "received_at": "%(now)s",
        },
        "FROM delivered ON CONFLICT DO NOTHING",
    )
    mails = insert(
        MailMessage,
        {
            "id": "delivered.mail_id",
            "exchange": "%(exchange)s",
            "person": "delivered.person_id",
            "key": "%(key)s",
            "to": "who.email",
            "subject": "%(subject)s",
            "body": "%(body)s",
            # Like the others' (mail_rows.message_id): the same for the same mail, and telling
            # nothing, since what it is made of cannot be guessed.
            "rfc_message_id": "'<' || encode(sha256(convert_to(%(secret)s || ':' ||"
            " delivered.person_id::text, 'UTF8')), 'hex') || '@' || %(domain)s || '>'",
            "created_at": "%(now)s",
            "next_attempt_at": "%(now)s",
            "give_up_at": "%(give_up_at)s",
        },
        "FROM delivered JOIN who USING (person_id) WHERE delivered.mail_id IS NOT NULL"
        " ON CONFLICT DO NOTHING RETURNING 1",
    )
    return (
        f"WITH {who}, delivered AS ({delivered}), items AS ({items}), mails AS ({mails})"
        " SELECT (SELECT count(*) FROM delivered), (SELECT count(*) FROM mails)"
    )


def _note_sent(briefing: Briefing, now: datetime) -> None:
    BriefingChange.objects.create(
        exchange=briefing.exchange, briefing=briefing, at=now, what=BriefingChange.What.SENT
    )
    record(
        actor=Actor.system(briefing.exchange, channel="timer"),
        action="briefings.sent",
        data={"briefing": briefing.pk, "delivered": briefing.deliveries.count()},
    )
