"""A case as a row of a list: what queue, search, home and export show, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, F
from django.utils import timezone

from portal.casework import kinds
from portal.casework.disclosures import record_shown
from portal.casework.due import days_left, default_calendar
from portal.casework.machine import Coarse, Status
from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.tenancy.actor import Actor

_TONES = {
    Coarse.RECEIVED: "info",
    Coarse.IN_PROGRESS: "info",
    Coarse.REFERRED: "neutral",
    Coarse.RESOLVED: "success",
}


@dataclass(frozen=True)
class CaseRow:
    """One row. Everything after ``shows_details`` is empty for a reader shown the status only."""

    number: str
    kind: str
    kind_label: str
    url_name: str
    status: str
    tone: str
    opened_at: datetime
    shows_details: bool
    #: What the case is about, in a few words; personal data, behind the gate.
    summary: str = ""
    office: str = ""
    queue: str = ""
    owner: str = ""
    is_open: bool = True
    is_urgent: bool = False
    is_waiting: bool = False
    is_overdue: bool = False
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    #: Whole business days to the deadline; negative when it has passed.
    due_days: int | None = None


_NAMES = {
    "office_name": F("organization__name"),
    "queue_name": F("queue__name"),
    "owner_name": F("owner__full_name"),
}


def status_tone(status: Status) -> str:
    """The tone of a status tag."""
    return "warning" if status.is_waiting else _TONES[status.coarse]


def for_rows(cases: CaseQuerySet, actor: Actor) -> CaseQuerySet:
    """The query with all a row needs, the gate's answer included; still one statement.

    Of office, queue and owner it brings the names alone: three whole models for each row would
    cost as much again as the row.
    """
    rows = cases.annotate(
        is_detailed=ExpressionWrapper(kinds.detailed_q(actor), output_field=BooleanField())
    )
    return rows if actor.is_outside else rows.annotate(**_NAMES)


def project_rows(
    actor: Actor, cases: Sequence[Case], *, surface: str, keep_record: bool = True
) -> list[CaseRow]:
    """Rows for cases from :func:`for_rows`, in their order.

    A row that shows what a case is about is a look at personal data: one ledger entry names all
    of them (``keep_record=False``: the caller writes its own).
    """
    summaries = _summaries(actor, cases)
    if summaries and keep_record:
        record_rows(actor, summaries, surface=surface)
    now = timezone.now()
    calendar = (
        default_calendar(actor.exchange_id)
        if not actor.is_outside and any(case.due_at for case in cases)
        else None
    )
    rows = []
    for case in cases:
        kind = kinds.get(case.kind)
        status = kind.machine.statuses[case.status]
        shows_details = bool(getattr(case, "is_detailed", False))
        staff = not actor.is_outside
        row = CaseRow(
            number=case.number,
            kind=case.kind,
            kind_label=kind.label,
            url_name=kind.url_name,
            status=status.label if shows_details or staff else status.coarse.value,
            tone=status_tone(status) if shows_details or staff else _TONES[status.coarse],
            opened_at=case.opened_at,
            shows_details=shows_details,
            summary=summaries.get(case.pk, ""),
        )
        if staff:
            row = replace(
                row,
                office=_name(case, "office_name"),
                queue=_name(case, "queue_name"),
                owner=_name(case, "owner_name"),
                is_open=case.is_open,
                is_urgent=case.is_urgent,
                is_waiting=case.is_waiting,
                is_overdue=bool(case.due_at and case.due_at < now) or case.is_breached,
                updated_at=case.updated_at,
                closed_at=case.closed_at,
                due_at=case.due_at,
                due_days=days_left(calendar, case.due_at, now),
            )
        rows.append(row)
    return rows


def _name(case: Case, annotation: str) -> str:
    return getattr(case, annotation) or ""


def record_rows(actor: Actor, case_ids: Collection[int], *, surface: str) -> None:
    """Write down that an actor was shown what these cases are about."""
    record_shown(
        actor=actor,
        action="casework.listed",
        cases=case_ids,
        fields=["summary"],
        data={"surface": surface},
    )


def _summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if getattr(case, "is_detailed", False):
            by_kind[case.kind].append(case)
    found: dict[int, str] = {}
    for key, of_kind in by_kind.items():
        if summaries := kinds.get(key).summaries:
            found.update(summaries(actor, of_kind))
    return found
