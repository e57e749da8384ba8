"""How much stands at each tier now: counts, each with the list it was counted from."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from escalations.tiers.models import TierUnit
from escalations.tiers.table import KIND
from portal.casework.models import Case
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class TierCounts:
    """The open work of one tier's unit, as the actor may know of it."""

    label: str
    unit: str
    open: int
    unassigned: int
    waiting: int
    overdue: int
    url: str


def tiers_for(actor: Actor) -> Sequence[TierCounts]:
    """Each tier's open members' cases; nobody outside, and nobody without cases, gets any."""
    if actor.is_outside or not actor.may("tiers.view_all"):
        return ()
    now = timezone.now()
    counted = {
        row["queue_id"]: row
        for row in Case.objects.visible_to(actor)
        .open()
        .filter(kind=KIND)
        .order_by()
        .values("queue_id")
        .annotate(
            open=Count("pk"),
            unassigned=Count("pk", filter=Q(owner=None)),
            waiting=Count("pk", filter=Q(is_waiting=True)),
            overdue=Count("pk", filter=Q(due_at__lt=now) | Q(is_breached=True)),
        )
    }
    none = {"open": 0, "unassigned": 0, "waiting": 0, "overdue": 0}
    return [
        TierCounts(
            label=row.get_tier_display(),
            unit=row.queue.name,
            url=_list(row.queue_id),
            **{key: counted.get(row.queue_id, none)[key] for key in none},
        )
        for row in TierUnit.objects.filter(exchange_id=actor.exchange_id).select_related("queue")
    ]


def _list(queue_id: int) -> str:
    query = urlencode({"view": "all", "kind": KIND, "queue": str(queue_id)})
    return f"{reverse('casework:queue')}?{query}"
