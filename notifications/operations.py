"""What operators see: what waits, what failed, why and since when; messages, mails, texts, calls.

Every question is one statement for each of the three tables, whatever they hold; nothing here
reads a row's words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Value, When
from django.utils import timezone

from notifications.catalogue import all_kinds
from notifications.channels.hooks import Webhook, WebhookDelivery
from notifications.mail_rows import can_be_sent_again
from notifications.models import MailMessage
from notifications.services import resend_mail, retry_message
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

#: Something that has been due for longer than this is late: a worker looks every 20 seconds.
LATE_AFTER: Final = timedelta(minutes=10)
#: Rows of one table on one page; all of a page, and some, are sent again at once.
SHOWN: Final = 30
AT_ONCE: Final = 100


class Lane(StrEnum):
    """What a row is, in words for operators."""

    MESSAGE = "message"
    MAIL = "mail"
    TEXT = "text"
    WEBHOOK = "webhook"


LABELS: Final = {
    Lane.MESSAGE: "Message to be handled",
    Lane.MAIL: "Mail",
    Lane.TEXT: "Text message",
    Lane.WEBHOOK: "Webhook",
}
#: States in which a row waits, by table; in all others that are shown it is stuck.
_WAITING: Final = ("waiting", "sending")
_STUCK: Final = ("parked", "failed")


@dataclass(frozen=True)
class Figures:
    """One line of the overview: one lane and one message of the catalogue."""

    lane: Lane
    key: str
    waiting: int
    #: Due for longer than :data:`LATE_AFTER`.
    late: int
    stuck: int
    #: When the oldest of them was written (UTC).
    oldest: datetime | None


@dataclass(frozen=True)
class Health:
    """How the whole stands; ``is_well`` is what a monitor asks."""

    waiting: int
    late: int
    stuck: int
    oldest: datetime | None

    @property
    def is_well(self) -> bool:
        return not self.late and not self.stuck


@dataclass(frozen=True)
class Row:
    """One row that waits or is stuck."""

    lane: Lane
    pk: int
    key: str
    number: str
    state: str
    is_stuck: bool
    is_late: bool
    attempts: int
    why: str
    written_at: datetime
    next_at: datetime
    #: Whether a person may have it tried again.
    can_be_sent_again: bool

    @property
    def token(self) -> str:
        """What a page calls the row, e.g. ``mail:12``."""
        return f"{self.lane}:{self.pk}"


def figures(exchange: Exchange, now: datetime) -> list[Figures]:
    """What waits and what is stuck, by lane and message; three statements. The exchange is set."""
    found = []
    for rows in _tables(exchange):
        counted = rows.values("lane", "key").annotate(
            waiting=Count("pk", filter=Q(state__in=_WAITING)),
            late=Count("pk", filter=Q(state__in=_WAITING, next_attempt_at__lt=now - LATE_AFTER)),
            stuck=Count("pk", filter=Q(state__in=_STUCK)),
            oldest=Min("created_at"),
        )
        found += [
            Figures(
                Lane(row["lane"]),
                row["key"],
                row["waiting"],
                row["late"],
                row["stuck"],
                row["oldest"],
            )
            for row in counted.order_by("lane", "key")
        ]
    return found


def health_of(lines: Iterable[Figures]) -> Health:
    """The sum of an overview."""
    lines = list(lines)
    return Health(
        waiting=sum(line.waiting for line in lines),
        late=sum(line.late for line in lines),
        stuck=sum(line.stuck for line in lines),
        oldest=min((line.oldest for line in lines if line.oldest), default=None),
    )


def rows_of(
    exchange: Exchange,
    now: datetime,
    *,
    lane: str = "",
    key: str = "",
    state: str = "",
) -> list[Row]:
    """What waits or is stuck, the stuck first, at most :data:`SHOWN` of each table.

    Args:
        lane, key: only these; empty: all.
        state: ``stuck`` or ``waiting``; empty: both.
    """
    found = []
    for rows in _tables(exchange):
        if lane:
            rows = rows.filter(lane=lane)
        if key:
            rows = rows.filter(key=key)
        if state:
            rows = rows.filter(state__in=_STUCK if state == "stuck" else _WAITING)
        rows = rows.annotate(
            is_stuck=Case(
                When(state__in=_STUCK, then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        ordered = rows.order_by("-is_stuck", "next_attempt_at", "pk")[:SHOWN]
        found += [_row(row, now) for row in ordered]
    return sorted(found, key=lambda row: (not row.is_stuck, row.next_at))


def may_have_arrived(*, actor: Actor, tokens: Iterable[str]) -> int:
    """How many of the chosen may have reached their reader already, who would get them twice.

    Raises:
        NotAllowed: the actor does not look after the outbox.
    """
    actor.require("notifications.operate")
    lanes = (Lane.MAIL, Lane.TEXT)
    keys = [pk for lane, pk in map(_parts, list(tokens)[:AT_ONCE]) if lane in lanes]
    parked = MailMessage.objects.filter(
        pk__in=keys, exchange_id=actor.exchange_id, state=MailMessage.State.PARKED
    )
    return parked.count()


@transaction.atomic
def send_again_many(*, actor: Actor, tokens: Iterable[str]) -> tuple[int, int]:
    """Have rows tried again, at most a hundred; returns how many, and how many could not be.

    Raises:
        NotAllowed: the actor does not look after the outbox.
    """
    actor.require("notifications.operate")
    done = failed = 0
    for token in list(dict.fromkeys(tokens))[:AT_ONCE]:
        lane, pk = _parts(token)
        try:
            _send_again(actor, lane, pk)
        except (
            Refused,
            OutboxMessage.DoesNotExist,
            MailMessage.DoesNotExist,
            WebhookDelivery.DoesNotExist,
        ):
            failed += 1
        else:
            done += 1
    return done, failed


def _parts(token: str) -> tuple[str, int]:
    lane, _, number = token.partition(":")
    return lane, int(number) if number.isdecimal() and len(number) <= 18 else 0


def _send_again(actor: Actor, lane: str, pk: int) -> None:
    match lane:
        case Lane.MESSAGE:
            retry_message(actor=actor, message=OutboxMessage(pk=pk))
        case Lane.MAIL | Lane.TEXT:
            resend_mail(actor=actor, mail=MailMessage(pk=pk))
        case Lane.WEBHOOK:
            _call_again(actor, pk)
        case _:
            raise Refused("There is no such row.")


def _call_again(actor: Actor, pk: int) -> None:
    """An operator may have any organization's call tried again: what it says stays unread."""
    active = Webhook.objects.filter(exchange_id=actor.exchange_id, is_active=True)
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(
        pk=pk, exchange_id=actor.exchange_id
    )
    given_up = delivery.state == WebhookDelivery.State.FAILED
    if not given_up or not active.filter(pk=delivery.webhook_id).exists():
        raise Refused("This call is not given up, or its address is switched off.")
    delivery.state, delivery.attempts = WebhookDelivery.State.WAITING, 0
    delivery.next_attempt_at, delivery.finished_at = timezone.now(), None
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "finished_at"])
    record(
        actor=actor,
        action="channels.webhook_sent_again",
        cases=[delivery.case_id],
        data={"delivery": delivery.pk},
    )
    wake_dispatcher()


def _tables(exchange: Exchange) -> list[QuerySet[Any]]:
    """The three tables, each row with its ``lane``."""
    shown = [*_WAITING, *_STUCK]
    here = {"exchange": exchange, "state__in": shown}
    return [
        OutboxMessage.objects.filter(**here)
        .select_related("case")
        .annotate(lane=Value(Lane.MESSAGE.value)),
        MailMessage.objects.filter(**here)
        .select_related("message__case")
        .defer("body")
        .annotate(lane=F("medium")),
        WebhookDelivery.objects.filter(**here)
        .select_related("case")
        .annotate(lane=Value(Lane.WEBHOOK.value)),
    ]


def _row(row: Any, now: datetime) -> Row:
    lane = Lane(row.lane)
    message = row.message if lane in (Lane.MAIL, Lane.TEXT) else row
    case = message.case if message else None
    is_stuck = row.state in _STUCK
    return Row(
        lane=lane,
        pk=row.pk,
        key=row.key,
        number=case.number if case else "",
        state=type(row).State(row.state).label,
        is_stuck=is_stuck,
        is_late=not is_stuck and row.next_attempt_at < now - LATE_AFTER,
        attempts=row.attempts,
        why=row.last_error,
        written_at=row.created_at,
        next_at=row.next_attempt_at,
        can_be_sent_again=is_stuck and (not isinstance(row, MailMessage) or can_be_sent_again(row)),
    )


def label_of(key: str) -> str:
    """What a message is called; a key of an older version stands for itself."""
    return {kind.key: kind.label for kind in all_kinds()}.get(key, key)
