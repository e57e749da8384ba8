"""CRW cases follow their consumer's delegation, in the transaction that moves the consumer (C.5).

Gone from the organization: open cases are closed by the system, and none of the consumer's cases
there is shown outside any more. Another enroller of the organization: the cases go with the
consumer. Come back: the old cases are shown again. Whole books move in a few statements.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import F, OuterRef, Q, Subquery

from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.casework.services import wake_dispatcher
from portal.consumers.book import Moved
from portal.consumers.mirror import Consumer, Delegation
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from retention.models import CrwCase
from retention.set_acts import close_by_system
from retention.table import KIND, MACHINE

_CHUNK: Final = 1_000
_ACT: Final = MACHINE.acts["follow_delegation"]


def follow_consumers(moved: Moved) -> None:
    """Bring the CRW cases of consumers who changed hands to where their consumers are now."""
    ids = list(moved.consumer_ids)
    rows = CrwCase.objects.filter(exchange_id=moved.actor.exchange_id, consumer_id__in=ids)
    if not rows.exists():
        return
    actor = Actor.system(moved.actor.exchange, channel=moved.actor.channel)
    stays = Q(organization_id=F("consumer__organization_id"))
    gone = rows.exclude(stays)
    close_by_system(
        actor=actor,
        case_ids=list(gone.filter(is_open=True).values_list("pk", flat=True)),
        reason_key="not_delegated",
        at=moved.at,
    )
    gone.filter(in_book=True).update(in_book=False)
    rows.filter(stays, in_book=False).update(in_book=True)
    unchanged = Delegation.objects.filter(
        consumer_id__in=ids,
        ended_at=moved.at,
        organization_id=F("consumer__organization_id"),
        enroller_id=F("consumer__enroller_id"),
    )
    # Somebody's delegation to the same enroller renewed moves nothing: a case may have been handed
    # to a colleague meanwhile, and stays there.
    elsewhere = rows.filter(stays).exclude(consumer_id__in=unchanged.values("consumer_id"))
    elsewhere = elsewhere.exclude(
        Q(enroller_id=F("consumer__enroller_id")) | Q(enroller_id=None, consumer__enroller_id=None)
    )
    _move(actor, list(elsewhere.values_list("pk", "is_open")), moved.at)


def _move(actor: Actor, found: Sequence[tuple[int, bool]], at: datetime) -> None:
    """Give cases to their consumer's enroller; of the open ones the timeline tells."""
    ids = sorted(pk for pk, _ in found)
    if not ids:
        return
    cases = Case.objects.filter(pk__in=ids)
    open_cases = list(cases.filter(is_open=True).select_for_update(of=("self",)).order_by("pk"))
    enroller = Consumer.objects.filter(crw_cases=OuterRef("pk")).values("enroller_id")[:1]
    cases.update(owner_id=Subquery(enroller))
    cases.filter(is_open=True).update(version=F("version") + 1, updated_at=at)
    owners = dict(cases.values_list("pk", "owner_id"))
    events = TimelineEvent.objects.bulk_create(
        [
            TimelineEvent(
                exchange_id=case.exchange_id,
                case=case,
                at=at,
                verb=_ACT.key,
                audience=_ACT.audience,
                actor_role=actor.role_key,
                from_status=case.status,
                to_status=case.status,
                data={"from_owner": case.owner_id, "to_owner": owners[case.pk]},
            )
            for case in open_cases
        ],
        batch_size=_CHUNK,
    )
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=event.exchange_id,
                key=_ACT.notifies[0],
                case_id=event.case_id,
                recipient_id=owners[event.case_id],
                data={"event": event.pk},
                dedupe_key=f"{_ACT.notifies[0]}:event:{event.pk}:{owners[event.case_id]}",
            )
            for event in events
            if owners[event.case_id] is not None
        ],
        batch_size=_CHUNK,
        ignore_conflicts=True,
    )
    if events:
        wake_dispatcher()
    record(
        actor=actor,
        action=_ACT.action,
        cases=ids,
        fields=["owner"],
        data={"act": f"{KIND}.{_ACT.key}"},
    )
