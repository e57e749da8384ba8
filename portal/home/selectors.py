"""What a person's home page shows first: their own work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from portal.casework.keyset import Sort
from portal.casework.listing import CaseList, read_list
from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.casework.rows import CaseRow, for_rows, project_rows
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor
from portal.tenancy.http import PersonalActor

#: Rows of one block; the list behind it shows the rest.
ROWS: Final = 8


@dataclass(frozen=True)
class Changed:
    """A case of the person's that somebody else changed since they last opened it."""

    number: str
    url_name: str
    changed_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True)
class Work:
    """Rows of a home page, and the count of each view of the list behind them."""

    mine: Sequence[CaseRow]
    unassigned: Sequence[CaseRow]
    changed: Sequence[Changed]
    counts: dict[str, str]
    views: dict[str, str]


def work_of(actor: Actor) -> Work:
    """The work of somebody of the exchange: own cases by deadline, and what nobody has taken."""
    cases = read_list(actor, QueryDict())
    due = Sort("due", "due_at", "Due", nullable=True)
    by_key = {view.key: view for view in cases.views}
    mine = _first(for_rows(cases.rows_of(by_key["mine"]), actor), due)
    unassigned = _first(for_rows(cases.rows_of(by_key["unassigned"]), actor), due)
    # One look at the ledger for both blocks.
    rows = project_rows(actor, [*mine, *unassigned], surface="home")
    return Work(
        mine=rows[: len(mine)],
        unassigned=rows[len(mine) :],
        changed=changed_for(actor),
        counts=cases.counts(),
        views={key: view.label for key, view in by_key.items()},
    )


def brought_by(actor: Actor) -> tuple[list[CaseRow], CaseList, dict[str, str]]:
    """The latest cases an outside organization brought, the list behind them, and its counts."""
    cases = read_list(actor, QueryDict())
    rows = for_rows(cases.rows_of(cases.views[0]), actor).order_by("-opened_at", "-pk")[:ROWS]
    return project_rows(actor, list(rows), surface="home"), cases, cases.counts()


def enroller_details(actor: PersonalActor) -> list[tuple[str, str]]:
    """What a consumer is told of their delegated enroller, under the printed names (SH-03).

    A detail nobody has entered is empty. Who has no telephone of their own is reached through
    their agency or entity.
    """
    person, membership = actor.person, actor.membership
    return [
        ("Enroller Name", person.full_name),
        ("Enroller License/Certification Number", membership.license_number),
        ("Enroller Phone Number", person.phone or membership.organization.phone),
        ("Enroller Email Address", person.email),
    ]


def changed_for(actor: Actor) -> list[Changed]:
    """The person's own and watched open cases that changed since they last opened them.

    The ledger knows when that was: looking at a case is recorded.
    """
    looked = (
        LedgerEntry.objects.filter(
            exchange_id=actor.exchange_id,
            actor_id=actor.person_id,
            case_ids__contains=[OuterRef("pk")],
        )
        .exclude(action="casework.listed")
        .order_by("-at")
        .values("at")[:1]
    )
    concerns = Q(owner_id=actor.person_id) | Q(pk__in=Case.objects.watched_by(actor).values("pk"))
    rows = (
        Case.objects.visible_to(actor)
        .open()
        .filter(concerns)
        .annotate(seen_at=Subquery(looked))
        .filter(Q(seen_at=None) | Q(updated_at__gt=F("seen_at")))
        .order_by("-updated_at", "-pk")[:ROWS]
    )
    return [_changed(case) for case in rows]


def _changed(case: Case) -> Changed:
    from portal.casework import kinds

    return Changed(
        number=case.number,
        url_name=kinds.get(case.kind).url_name,
        changed_at=case.updated_at,
        seen_at=getattr(case, "seen_at", None),
    )


def _first(rows: CaseQuerySet, sort: Sort) -> list[Case]:
    ordered: QuerySet[Case] = rows.order_by(F(sort.column).asc(nulls_last=True), "pk")
    return list(ordered[:ROWS])
