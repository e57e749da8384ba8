"""Telling other programs: signed, tried again, and given up in the end.

An event says what the mail about it would say: number, coarse status and a link (X-02). Who may
be told is asked again with each attempt. A receiver may get an event twice, when its answer was
lost; the ``Liaison-Delivery`` header is the same then.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from notifications.catalogue import Circle, MessageKind, get
from notifications.channels import addresses, calling
from notifications.channels.groups import group_of
from notifications.channels.hooks import MANAGE, Webhook, WebhookAttempt, WebhookDelivery
from notifications.claims import claim_next, moving_on, turns
from notifications.recipients import still_allowed, still_true
from notifications.wording import case_link
from portal.casework import kinds
from portal.casework.models import Case, OutboxMessage
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Person
from portal.tenancy.scope import use_exchange

State = WebhookDelivery.State

LEASE: Final = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
#: Attempts at one event: with their pauses somewhat more than a day.
MAX_ATTEMPTS: Final = 14
#: An address nobody answers at for so long is switched off.
DISABLE_AFTER: Final = timedelta(days=5)
#: Days for which a finished delivery and its attempts stay in the log.
KEEP_DAYS: Final = 30
DISABLED: Final = "webhook.disabled"
_OUTWARD: Final = frozenset({Circle.OFFICE, Circle.ENROLLER, Circle.EMPLOYER})


@dataclass
class WebhookCounts:
    """What one round of calling did for one exchange."""

    called: int = 0
    #: Will be tried again.
    calls_later: int = 0
    calls_failed: int = 0
    #: Not called, since its owner may not be told any more.
    calls_withheld: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def write_deliveries(*, message: OutboxMessage, kind: MessageKind, now: datetime) -> int:
    """Write one delivery for each webhook that wants a message and may have it; how many.

    The exchange must be set. Repeating it writes none twice.
    """
    if message.case is None or kind.is_secret:
        return 0
    wanting = Webhook.objects.filter(
        _may_have(message.case, kind),
        exchange_id=message.exchange_id,
        is_active=True,
        groups__contains=[group_of(kind).key],
    )
    rows = [
        WebhookDelivery(
            exchange_id=message.exchange_id,
            webhook=webhook,
            message=message,
            case=message.case,
            key=kind.key,
            created_at=now,
            next_attempt_at=now,
        )
        for webhook in wanting
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _may_have(case: Case, kind: MessageKind) -> Q:
    """Whose webhooks: the exchange's own, and of messages that go outward those of the body that
    brought the case. What the exchange tells its own staff, nobody outside is told."""
    owners = Q(organization=None)
    if kind.circle in _OUTWARD and case.organization_id is not None:
        owners |= Q(organization_id=case.organization_id)
    return owners


def send_webhooks(
    *,
    exchange: Exchange,
    now: datetime,
    limit: int = 500,
    patience: timedelta | None = None,
    connector: calling.Connector | None = None,
    resolver: addresses.Resolver | None = None,
) -> WebhookCounts:
    """Call for at most ``limit`` waiting deliveries of one exchange that are due at ``now`` (UTC).

    A worker that dies leaves a lease that runs out. When ``patience`` is over it calls no other.
    """
    counts = WebhookCounts()
    clock = moving_on(now)
    for _ in turns(limit, patience):
        moment = clock()
        with use_exchange(exchange):
            delivery = _claim(exchange, due=now, lease_until=moment + LEASE)
            allowed = delivery is not None and _still_allowed(delivery, moment)
            body = payload_of(delivery) if delivery is not None and allowed else b""
        if delivery is None:
            break
        if not allowed:
            with use_exchange(exchange):
                _keep(delivery, {"state": State.DROPPED, "finished_at": moment})
            counts.calls_withheld += 1
            continue
        headers = calling.headers_for(
            secrets_of(delivery.webhook, moment),
            unique=str(delivery.pk),
            key=delivery.key,
            now=moment,
            body=body,
        )
        answer = calling.call(
            delivery.webhook.url,
            body=body,
            headers=headers,
            connector=connector,
            resolver=resolver,
        )
        with use_exchange(exchange):
            _settle(delivery, answer, clock(), counts)
    return counts


def _claim(exchange: Exchange, *, due: datetime, lease_until: datetime) -> WebhookDelivery | None:
    # A sub-select, so that claiming locks the delivery alone and not its webhook.
    active = Webhook.objects.filter(exchange=exchange, is_active=True)
    waiting = WebhookDelivery.objects.filter(
        exchange=exchange, state=State.WAITING, webhook__in=active
    )
    key = claim_next(waiting, due=due, lease_until=lease_until)
    if key is None:
        return None
    rows = WebhookDelivery.objects.select_related(
        "webhook__organization", "case", "message", "exchange"
    )
    return rows.get(pk=key)


def _still_allowed(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether the webhook's owner may know of the case now, as when the event was written."""
    webhook, kind = delivery.webhook, get(delivery.key)
    if delivery.case.kind not in delivery.exchange.modules or not still_true(delivery.message, now):
        return False
    if group_of(kind).key not in webhook.groups:
        return False
    if webhook.organization is not None and not webhook.organization.is_active:
        return False
    if not Webhook.objects.filter(_may_have(delivery.case, kind), pk=webhook.pk).exists():
        return False
    return webhook.organization is None or _keepers_know(delivery)


def _keepers_know(delivery: WebhookDelivery) -> bool:
    """Whether anybody who manages the organization's webhooks may know of the case now.

    A program is shown no more than they are: not a case whose consumer has left for another agency,
    and nothing where nobody is left who answers for the address.
    """
    keepers = Membership.objects.current().filter(
        exchange_id=delivery.exchange_id,
        organization=delivery.webhook.organization,
        role__actions__contains=[MANAGE],
    )
    people = Person.objects.filter(pk__in=keepers.values("person_id"))
    return any(still_allowed(person, delivery.message) for person in people)


def payload_of(delivery: WebhookDelivery) -> bytes:
    """What is posted: keys, number, coarse status and link, and nothing that names a person."""
    case = delivery.case
    coarse = kinds.get(case.kind).machine.statuses[case.status].coarse
    content: dict[str, Any] = {
        "id": delivery.pk,
        "event": delivery.key,
        "group": group_of(get(delivery.key)).key,
        "exchange": delivery.exchange.slug,
        "created_at": delivery.created_at.isoformat(),
        "case": {"number": case.number, "status": coarse.value, "link": case_link(case)},
    }
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def secrets_of(webhook: Webhook, now: datetime) -> Sequence[str]:
    """What requests are signed with now: while a secret is being replaced, both."""
    if webhook.former_secret and webhook.former_until and now < webhook.former_until:
        return [webhook.secret, webhook.former_secret]
    return [webhook.secret]


def _settle(
    delivery: WebhookDelivery, answer: calling.Answer, now: datetime, counts: WebhookCounts
) -> None:
    WebhookAttempt.objects.create(
        exchange_id=delivery.exchange_id,
        delivery=delivery,
        at=now,
        status=answer.status,
        milliseconds=answer.milliseconds,
        error=answer.error[:200],
        answer=answer.text,
    )
    webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=delivery.webhook_id)
    if answer.is_accepted:
        _keep(delivery, {"state": State.SENT, "finished_at": now, "last_error": ""})
        if webhook.failing_since is not None:
            webhook.failing_since = None
            webhook.save(update_fields=["failing_since"])
        counts.called += 1
        return
    values: dict[str, Any] = {"last_error": answer.error[:200]}
    if delivery.attempts >= MAX_ATTEMPTS:
        values |= {"state": State.FAILED, "finished_at": now}
        counts.calls_failed += 1
    else:
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 12), LONGEST_PAUSE)
        values |= {"next_attempt_at": now + pause}
        counts.calls_later += 1
    _keep(delivery, values)
    if answer.status is None:
        # Nobody is there: ask again in a minute, not once for each event.
        webhook.deliveries.filter(
            state=State.WAITING, lease_until=None, next_attempt_at__lt=now + FIRST_PAUSE
        ).update(next_attempt_at=now + FIRST_PAUSE)
    _note_failure(webhook, now)


def _keep(delivery: WebhookDelivery, values: dict[str, Any]) -> None:
    """Change the row only while the claim is ours."""
    WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.WAITING, attempts=delivery.attempts
    ).update(**values | {"lease_until": None})


def _note_failure(webhook: Webhook, now: datetime) -> None:
    """Remember since when nobody answers, and switch the address off when that is too long."""
    if webhook.failing_since is None:
        webhook.failing_since = now
        webhook.save(update_fields=["failing_since"])
    elif webhook.is_active and now - webhook.failing_since >= DISABLE_AFTER:
        webhook.is_active, webhook.disabled_at = False, now
        webhook.save(update_fields=["is_active", "disabled_at"])
        OutboxMessage.objects.bulk_create(
            [
                OutboxMessage(
                    exchange_id=webhook.exchange_id,
                    key=DISABLED,
                    data={"webhook": webhook.pk},
                    dedupe_key=f"{DISABLED}:{webhook.pk}:{now.isoformat()}",
                    created_at=now,
                    next_attempt_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        system = Actor.system(webhook.exchange, channel="timer")
        record(actor=system, action="channels.webhook_disabled", data={"webhook": webhook.pk})


def forget_deliveries(*, exchange: Exchange, now: datetime) -> int:
    """Delete finished deliveries of more than 30 days ago, and those nobody will ever send."""
    before = now - timedelta(days=KEEP_DAYS)
    with use_exchange(exchange):
        old = WebhookDelivery.objects.filter(exchange=exchange, created_at__lt=before)
        count = old.exclude(state=State.WAITING, webhook__is_active=True).count()
        old.exclude(state=State.WAITING, webhook__is_active=True).delete()
    return count
