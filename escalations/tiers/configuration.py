"""What an exchange configures for its tiers, and what it starts with (CC-03, CC-15, CC-20)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from escalations.appeals.models import Origin
from escalations.appeals.packets import PacketPaper, found_packet
from escalations.tickets.models import TicketType
from escalations.tiers import appeal_table, table
from escalations.tiers.models import ServiceLevel, TierUnit, TypeClock
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization

ACTION = "tiers.configure"

#: The papers every appeal's packet starts with; the guide asks for a checklist and names none.
PACKET = (
    PacketPaper("request", "The member's request for an appeal", Origin.RECEIVED),
    PacketPaper("denial", "The notice that is appealed", Origin.RECEIVED),
    PacketPaper("authorization", "The member's authorization", Origin.RECEIVED, is_required=False),
    PacketPaper("records", "Medical or claim records", Origin.RECEIVED),
    PacketPaper("plan-terms", "The terms of the plan that apply"),
    PacketPaper("summary", "Summary of the case and its history"),
)


@dataclass(frozen=True)
class LevelSpec:
    """A published sentence as an exchange starts with it."""

    key: str
    subject: str
    wording: str
    policy_keys: tuple[str, ...] = ()


#: CC-15 in its own words, and CC-18.
LEVELS = (
    LevelSpec(
        "telephone", "Telephone", "Answer 80% of calls within 20 seconds during business hours"
    ),
    LevelSpec("email", "Email", "Email response within 24 business hours", (table.EMAIL,)),
    LevelSpec(
        "research",
        "Claims and billing",
        "Initial claim/billing research completed within 5 business days",
        (table.RESEARCH,),
    ),
    LevelSpec(
        "tier-2",
        "Tier 2",
        "Unresolved items move to Tier 2 within 24–48 hours",
        (table.TIERS[0].promise,),
    ),
    LevelSpec(
        "case-manager",
        "Tier 3",
        "Case manager assigned within 2 business days",
        (table.CASE_MANAGER, appeal_table.CASE_MANAGER),
    ),
    LevelSpec(
        "appeal-acknowledged",
        "Appeals",
        "Formal appeal acknowledgement within 2 business days",
        (appeal_table.ACKNOWLEDGE,),
    ),
    LevelSpec(
        "appeal-decided",
        "Appeals",
        "Appeals decided within 30 calendar days",
        (appeal_table.DECIDE,),
    ),
    LevelSpec(
        "appeal-expedited",
        "Expedited appeals",
        "Expedited cases within 72 hours when medically necessary",
        (appeal_table.EXPEDITED,),
    ),
)


@transaction.atomic
def found_tiers(*, exchange: Exchange, units: Mapping[int, Organization]) -> None:
    """Give an exchange the tiers, published levels and packet papers it lacks.

    Args:
        units: tier → the unit whose queue holds its cases.
    """
    for tier, queue in units.items():
        TierUnit.objects.get_or_create(exchange=exchange, tier=tier, defaults={"queue": queue})
    for position, spec in enumerate(LEVELS, start=1):
        ServiceLevel.objects.get_or_create(
            exchange=exchange,
            key=spec.key,
            defaults={
                "position": position,
                "subject": spec.subject,
                "wording": spec.wording,
                "policy_keys": list(spec.policy_keys),
            },
        )
    found_packet(exchange=exchange, case_kind=appeal_table.KIND, papers=PACKET)


@transaction.atomic
def set_tiers(*, actor: Actor, units: Mapping[int, Organization]) -> None:
    """Say which unit's queue holds the cases of each tier; open cases stay where they are.

    Raises:
        NotAllowed: the actor may not configure the tiers.
    """
    actor.require(ACTION)
    present = {
        row.tier: row
        for row in TierUnit.objects.select_for_update().filter(exchange_id=actor.exchange_id)
    }
    moved = [
        tier
        for tier, queue in units.items()
        if tier not in present or present[tier].queue_id != queue.pk
    ]
    # Two tiers may exchange their units: those that change are written anew.
    for tier in moved:
        if tier in present:
            present[tier].delete()
    for tier in moved:
        TierUnit.objects.create(exchange=actor.exchange, tier=tier, queue=units[tier])
    if moved:
        record(actor=actor, action="tiers.units_set", data={"tiers": sorted(moved)})


@transaction.atomic
def set_type_clocks(*, actor: Actor, policy_key: str, types: Iterable[TicketType]) -> None:
    """Say which types start a promise when a case is opened; cases that are open keep theirs.

    Raises:
        NotAllowed: the actor may not configure the tiers.
    """
    actor.require(ACTION)
    wanted = {row.pk: row for row in types if row.exchange_id == actor.exchange_id}
    rows = TypeClock.objects.filter(exchange_id=actor.exchange_id, policy_key=policy_key)
    present = set(rows.values_list("ticket_type_id", flat=True))
    if present == set(wanted):
        return
    rows.exclude(ticket_type__in=wanted).delete()
    for key in set(wanted) - present:
        TypeClock.objects.create(
            exchange=actor.exchange, ticket_type=wanted[key], policy_key=policy_key
        )
    record(actor=actor, action="tiers.type_clocks_set", data={"policy": policy_key})
