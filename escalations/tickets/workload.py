"""What everybody of a unit has in hand (ES: workload shown)."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from portal.casework.due import default_calendar
from portal.clocks.business_time import add_days
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership


@dataclass(frozen=True)
class Load:
    """One person's open cases in the exchange, and what the routing table may give them."""

    person: str
    membership_id: int
    unit: str
    open: int
    urgent: int
    waiting: int
    at_risk: int
    overdue: int
    capacity: int | None
    skills: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        """Whether the routing table gives them nothing more."""
        return self.capacity is not None and self.open >= self.capacity


def workload_of(actor: Actor) -> list[Load]:
    """The people of the actor's units, the most loaded first; one statement for all of them.

    *At risk* is what falls due within one business day; *overdue* is past its deadline.
    """
    now = timezone.now()
    calendar = default_calendar(actor.exchange_id)
    soon = add_days(calendar, now, 1) if calendar else now
    mine = Q(person__owned_cases__exchange_id=actor.exchange_id, person__owned_cases__is_open=True)

    def count(**terms: object) -> Count:
        more = Q(**{f"person__owned_cases__{name}": value for name, value in terms.items()})
        return Count("person__owned_cases", filter=mine & more, distinct=True)

    rows = (
        Membership.objects.current()
        .filter(
            exchange_id=actor.exchange_id,
            organization_id__in=actor.organization_ids,
            role__actions__contains=["casework.take"],
        )
        .select_related("person", "organization")
        .annotate(
            open_count=count(),
            urgent_count=count(is_urgent=True),
            waiting_count=count(is_waiting=True),
            risk_count=count(due_at__gte=now, due_at__lt=soon),
            overdue_count=count(due_at__lt=now),
        )
        .order_by("-open_count", "person__full_name", "pk")
    )
    return [
        Load(
            person=row.person.full_name,
            membership_id=row.pk,
            unit=row.organization.name,
            open=row.open_count,
            urgent=row.urgent_count,
            waiting=row.waiting_count,
            at_risk=row.risk_count,
            overdue=row.overdue_count,
            capacity=row.capacity,
            skills=tuple(row.skills),
            languages=tuple(row.languages),
        )
        for row in rows
    ]
