"""“My CRW Cases” under “My Reports”: one line for each case, open and closed (RP-01, CRW-05)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from portal.casework.keyset import Sort
from portal.reports.registry import Chosen, ReportColumn, ReportFilter, ReportType
from portal.tenancy.actor import Actor
from retention.models import CrwCase, CrwCaseQuerySet, Risk
from retention.reasons import reasons_of
from retention.table import KIND
from retention.worklist import LANGUAGES, WorkRow, project_rows, with_row

_STATES: Final = (("open", "Open"), ("closed", "Closed"))
_COLUMNS: Final = (
    ReportColumn("number", "Number"),
    ReportColumn("name", "Consumer Name"),
    ReportColumn("phone", "Phone"),
    ReportColumn("language", "Language"),
    ReportColumn("best_time", "Best time", is_shown=False),
    ReportColumn("status", "Status"),
    ReportColumn("risk_label", "Risk"),
    ReportColumn("deadline", "Last day to renew"),
    ReportColumn("age", "Age in days"),
    ReportColumn("holder", "Enroller", is_shown=False),
    ReportColumn("interaction_count", "Interactions"),
    ReportColumn("last_contact_at", "Last contact"),
    ReportColumn("last_outcome", "Last outcome", is_shown=False),
    ReportColumn("next_contact_on", "Next contact"),
    ReportColumn("closed_at", "Closed", is_shown=False),
    ReportColumn("reason", "Resolution Reason", is_shown=False),
)


def _rows(actor: Actor, chosen: Chosen) -> CrwCaseQuerySet:
    rows = CrwCase.objects.visible_to(actor)
    if state := chosen.get("state"):
        rows = rows.filter(is_open=state == "open")
    lookups = {"risk": "risk", "reason": "reason__key", "language": "consumer__language"}
    named = {lookup: chosen[key] for key, lookup in lookups.items() if chosen.get(key)}
    return rows.filter(**named)


def _values(actor: Actor, rows: Sequence[CrwCase], chosen: Chosen) -> Sequence[Mapping[str, Any]]:
    found = {crw.pk: crw for crw in with_row(CrwCase.objects.filter(pk__in=[r.pk for r in rows]))}
    ordered = [found[crw.pk] for crw in rows]
    projected = project_rows(actor, ordered, timezone.now(), surface="report", keep_record=False)
    return [_line(row) for row in projected]


def _line(row: WorkRow) -> Mapping[str, Any]:
    return {column.key: getattr(row, column.key) for column in _COLUMNS}


MY_CRW_CASES: Final = ReportType(
    key="my-crw-cases",
    label="My CRW Cases",
    hint="Your renewal cases, one line for each, with what has been done about it.",
    actions=frozenset({"retention.work", "retention.view_all"}),
    exports=frozenset({"retention.export"}),
    columns=_COLUMNS,
    filters=(
        ReportFilter("state", "Cases", choices=lambda actor: _STATES),
        ReportFilter("risk", "Risk", choices=lambda actor: [(str(r.value), r.label) for r in Risk]),
        ReportFilter(
            "reason",
            "Resolution Reason",
            choices=lambda actor: list(reasons_of(actor).values_list("key", "label")),
        ),
        ReportFilter(
            "language", "Language", choices=lambda actor: [(name, name) for name in LANGUAGES]
        ),
    ),
    sort=Sort("deadline", "deadline", "Last day to renew"),
    rows=_rows,
    values=_values,
    consumers=lambda row: (row.consumer_id,),
    cases=lambda row: (row.pk,),
    personal=frozenset({"name", "phone", "language", "best_time"}),
    module=KIND,
    order=20,
)
