"""Draining the outbox: from what was written with an act to bells and mails, exactly once.

Each message is claimed by a conditional update that commits at once (so that an attempt counts
even if it kills its process), then handled in one transaction: recipients are found as of now,
bells and mails are inserted under unique keys, the message is done. A worker that dies leaves a
lease that runs out; two workers share the work by ``SKIP LOCKED``.
"""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from notifications import replies, sealed
from notifications.catalogue import Channel, MessageKind, get
from notifications.channels import rules, webhooks
from notifications.channels.choices import Way
from notifications.channels.groups import group_of
from notifications.channels.inbox import put_in_mailboxes
from notifications.claims import claim_next, moving_on, turns
from notifications.crowds import ring_crowd
from notifications.mail_rows import write_mail
from notifications.models import Bell
from notifications.recipients import author_of, still_allowed, still_true
from notifications.wording import (
    FOOTER,
    FOOTER_WITH_REPLIES,
    absolute,
    fill,
    page_path,
    values_for,
    wording_of,
)
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Exchange, Person
from portal.tenancy.scope import use_exchange
from portal.ui import live

logger = logging.getLogger(__name__)

#: Deliveries after which a message that fails, or kills its worker, waits for a person.
MAX_ATTEMPTS = 3
#: How long a claim holds; a message whose worker died is taken up again after this.
LEASE = timedelta(minutes=2)
#: Before a failed message is tried again; doubles with each attempt.
PAUSE = timedelta(minutes=1)
ALERT = "outbox.parked"


@dataclass
class DrainCounts:
    """What one drain of one exchange did."""

    done: int = 0
    #: Had recipients once; none of them may be told any more.
    dropped: int = 0
    retried: int = 0
    parked: int = 0
    bells: int = 0
    mails: int = 0
    #: Events written for other programs.
    webhooks: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def drain_outbox(
    *, exchange: Exchange, now: datetime, limit: int = 1_000, patience: timedelta | None = None
) -> DrainCounts:
    """Handle at most ``limit`` waiting messages of one exchange that are due at ``now`` (UTC).

    What it writes bears that instant too, so a mail is due in the round that wrote it. When
    ``patience`` is over it takes up no other. Safe to repeat, to run twice at once, and to be
    killed anywhere.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("A drain needs an instant with a time zone.")
    counts = DrainCounts()
    clock = moving_on(now)
    for _ in turns(limit, patience):
        with use_exchange(exchange):
            message = _claim(exchange, due=now, lease_until=clock() + LEASE)
        if message is None:
            break
        if message.attempts > MAX_ATTEMPTS:
            reason = "It ended its worker each time."
            _put_off(exchange, message, reason, counts, due=now, now=clock())
            continue
        try:
            with use_exchange(exchange):
                _handle(exchange, message, now, counts)
        except Exception as error:
            # The kind of error only: its message may quote a row.
            reason = type(error).__name__
            logger.error("Message %s (%s) failed: %s", message.pk, message.key, reason)
            _put_off(exchange, message, reason, counts, due=now, now=clock())
    return counts


def _claim(exchange: Exchange, *, due: datetime, lease_until: datetime) -> OutboxMessage | None:
    waiting = OutboxMessage.objects.filter(exchange=exchange, state=OutboxMessage.State.WAITING)
    key = claim_next(waiting, due=due, lease_until=lease_until)
    return None if key is None else OutboxMessage.objects.get(pk=key)


def _ours(message: OutboxMessage) -> Q:
    """The claim still stands: nobody else has taken the message since."""
    return Q(
        pk=message.pk,
        state=OutboxMessage.State.WAITING,
        attempts=message.attempts,
        lease_until=message.lease_until,
    )


def _handle(exchange: Exchange, claimed: OutboxMessage, now: datetime, counts: DrainCounts) -> None:
    message = (
        OutboxMessage.objects.select_for_update(of=("self",))
        .select_related("case__queue", "case__organization", "case__owner", "recipient")
        .filter(_ours(claimed))
        .first()
    )
    if message is None:
        return
    kind = get(message.key)
    if seal := sealed.handler_of(message.key):
        told, was_meant = int(seal.write(message=message, kind=kind, now=now)), True
        counts.mails += told
    elif kind.crowd is not None:
        told, was_meant = ring_crowd(message=message, crowd=kind.crowd, now=now), True
        counts.bells += told
    else:
        told, was_meant = _tell_people(exchange, message, kind, now, counts)
    if seal is None and kind.crowd is None and still_true(message, now):
        counts.webhooks += webhooks.write_deliveries(message=message, kind=kind, now=now)
    nobody_left = was_meant and not told
    message.state = OutboxMessage.State.DROPPED if nobody_left else OutboxMessage.State.DONE
    message.last_error = "Nobody may be told of this any more." if nobody_left else ""
    message.finished_at, message.lease_until = now, None
    message.save(update_fields=["state", "finished_at", "lease_until", "last_error"])
    counts.dropped += nobody_left
    counts.done += not nobody_left


def _tell_people(
    exchange: Exchange,
    message: OutboxMessage,
    kind: MessageKind,
    now: datetime,
    counts: DrainCounts,
) -> tuple[int, bool]:
    """Insert bells and mails; returns how many were told, and whether anybody was meant."""
    author = author_of(message)
    meant = {person.pk: person for person in kind.recipients(message) if person.pk != author}
    if not still_true(message, now):
        return 0, True
    people = [person for person in meant.values() if still_allowed(person, message)]
    by_way = _by_way(exchange, kind, people)
    if bells := by_way[Way.BELL]:
        Bell.objects.bulk_create(
            [
                Bell(
                    exchange=exchange,
                    person=person,
                    message=message,
                    key=message.key,
                    case=message.case,
                    created_at=now,
                )
                for person in bells
            ],
            ignore_conflicts=True,
        )
        counts.bells += len(bells)
        live.touch(person.pk for person in bells)
    put_in_mailboxes(
        message=message, kind=kind, people=[p.pk for p in by_way[Way.MAILBOX]], now=now
    )
    told = len(people)
    if Channel.MAIL in kind.channels:
        addresses: list[tuple[str, Person | None]] = [(p.email, p) for p in by_way[Way.MAIL]]
        if own_address := _address_of_office(message, kind, people):
            addresses.append((own_address, None))
            told += 1
        _write_mails(exchange, message, kind, addresses, now)
        counts.mails += len(addresses)
    return told, bool(meant)


def _by_way(exchange: Exchange, kind: MessageKind, people: list[Person]) -> dict[Way, list[Person]]:
    """Whom to tell by which channel: what the message goes by, and of that what they want."""
    goes_by = {
        Way.BELL: Channel.BELL in kind.channels,
        Way.MAIL: Channel.MAIL in kind.channels,
        Way.MAILBOX: not group_of(kind).is_mailbox,
    }
    found: dict[Way, list[Person]] = {}
    for way, does in goes_by.items():
        keys = [person.pk for person in people] if does else []
        wanted = rules.wanting(keys, exchange=exchange, group=group_of(kind), way=way)
        found[way] = [person for person in people if person.pk in wanted]
    return found


def _address_of_office(
    message: OutboxMessage, kind: MessageKind, people: list[Person]
) -> str | None:
    """Where an office is told that has nobody who signs in: its cases come by phone and letter."""
    case = message.case
    if not kind.to_office_address or people or case is None or case.organization is None:
        return None
    return case.organization.email or None


def _write_mails(
    exchange: Exchange,
    message: OutboxMessage,
    kind: MessageKind,
    addresses: list[tuple[str, Person | None]],
    now: datetime,
) -> None:
    values = values_for(kind, exchange=exchange, case=message.case)
    values.setdefault("link", absolute(page_path(kind, message.data)))
    is_read = replies.takes_replies(exchange=exchange, key=message.key, case=message.case)
    wording = fill(
        kind,
        wording_of(kind, exchange_id=exchange.pk),
        values,
        footer=FOOTER_WITH_REPLIES if is_read else FOOTER,
    )
    for address, person in addresses:
        write_mail(
            exchange=exchange,
            key=message.key,
            to=address,
            wording=wording,
            now=now,
            unique=message.dedupe_key,
            person=person,
            message=message,
        )


def _put_off(
    exchange: Exchange,
    message: OutboxMessage,
    reason: str,
    counts: DrainCounts,
    *,
    due: datetime,
    now: datetime,
) -> None:
    """Try again after a pause from ``now``, or park the message and ring the operators' bell.

    That bell is due in the round that is ``due``, like everything a round writes.
    """
    is_last = message.attempts >= MAX_ATTEMPTS
    values: dict[str, object] = {"last_error": reason, "lease_until": None}
    if is_last:
        values |= {"state": OutboxMessage.State.PARKED, "finished_at": now}
    else:
        values["next_attempt_at"] = now + PAUSE * 2 ** (message.attempts - 1)
    with use_exchange(exchange):
        if not OutboxMessage.objects.filter(_ours(message)).update(**values):
            return
        if is_last and message.key != ALERT:
            ring_operators(
                exchange=exchange, source=f"message:{message.pk}:{now.isoformat()}", now=due
            )
    counts.parked += is_last
    counts.retried += not is_last


def ring_operators(*, exchange: Exchange, source: str, now: datetime) -> None:
    """Queue an alert to those who look after the outbox; once for each ``source``.

    The exchange must be set.
    """
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange=exchange,
                key=ALERT,
                dedupe_key=f"{ALERT}:{source}",
                created_at=now,
                next_attempt_at=now,
            )
        ],
        ignore_conflicts=True,
    )
