"""Opening many cases in few statements, for feeds: the same rows as one by one, and as many.

A thousand cases take as many statements as one. What a case consists of is said once, in
:mod:`portal.casework.opening`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from portal.casework import kinds
from portal.casework.machine import Audience
from portal.casework.models import Case, TimelineEvent
from portal.casework.opening import NewCase, build_case, build_opening, take_numbers
from portal.clocks import services as clocks
from portal.clocks.effects import ClockEffect
from portal.ledger.services import record
from portal.tenancy.actor import Actor


@transaction.atomic
def open_many(
    *,
    actor: Actor,
    kind_key: str,
    new_cases: Sequence[NewCase],
    at: datetime,
    clock_effects: Sequence[ClockEffect] = (),
    audience: str = Audience.STATUS,
    ledger_data: dict[str, object] | None = None,
) -> list[Case]:
    """Open cases of one kind at one instant (UTC); returns them in the order asked for.

    Each gets a number, its first event and its clocks; all share one ledger entry that names
    them. No message is sent: nobody wants thousands of mails, the queue shows what came. The
    kind's own service writes details and search text in the same transaction.
    """
    if not new_cases:
        return []
    kind = kinds.get(kind_key)
    numbers = take_numbers(actor=actor, kind=kind, at=at, count=len(new_cases))
    cases = Case.objects.bulk_create(
        [
            build_case(actor=actor, kind=kind, new=new, number=number, at=at)
            for new, number in zip(new_cases, numbers, strict=True)
        ]
    )
    TimelineEvent.objects.bulk_create(
        [
            build_opening(case=case, actor=actor, new=new, at=at, audience=audience)
            for case, new in zip(cases, new_cases, strict=True)
        ]
    )
    if clock_effects:
        summary = clocks.start_for_new_cases(
            exchange_id=actor.exchange_id,
            case_ids=[case.pk for case in cases],
            effects=clock_effects,
            at=at,
        )
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(due_at=summary.due_at)
        for case in cases:
            case.due_at = summary.due_at
    record(
        actor=actor,
        action=f"{kind_key}.opened",
        cases=[case.pk for case in cases],
        data=ledger_data,
    )
    return cases
