"""Reports a person may run, narrow, keep and download under “My Reports” (RP-01…RP-09).

A report is a list: rows the actor may see, columns to choose from (the “Outline”), and filters.
The room that knows the rows registers it in its ``AppConfig.ready``; page, saved reports, paging,
exports and the ledger's entry are the same for all.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from portal.casework.keyset import Sort
from portal.tenancy.actor import Actor

#: What was typed or chosen, by the filters' keys; filters left empty are not in it.
Chosen = Mapping[str, str]


@dataclass(frozen=True)
class ReportColumn:
    """A column of a report. Values are text, a number, a date, an instant (UTC) or None."""

    key: str
    label: str
    #: Whether the report shows it until the reader chooses otherwise.
    is_shown: bool = True


@dataclass(frozen=True)
class ReportFilter:
    """A field a report is narrowed by."""

    key: str
    label: str
    #: ``(actor)`` → the values there are, with their labels; None: free text.
    choices: Callable[[Actor], Sequence[tuple[str, str]]] | None = None
    help: str = ""


@dataclass(frozen=True)
class ReportType:
    """One report people may run."""

    key: str
    label: str
    #: One sentence: what it lists, and one line for what.
    hint: str
    #: The permission actions one of which its reader must have.
    actions: frozenset[str]
    columns: tuple[ReportColumn, ...]
    filters: tuple[ReportFilter, ...]
    #: The order of the rows; a column of the model, ties are broken by id.
    sort: Sort
    #: ``(actor, chosen)`` → the rows the actor may see, narrowed; in no order.
    rows: Callable[[Actor, Chosen], QuerySet[Any, Any]]
    #: ``(actor, rows, chosen)`` → for each row its values by column key; as few statements as
    #: possible for all the rows together.
    values: Callable[[Actor, Sequence[Any], Chosen], Sequence[Mapping[str, Any]]]
    #: Of a row, the ids of the consumers it shows, for the ledger.
    consumers: Callable[[Any], Collection[int]] = lambda row: ()
    #: Of a row, the ids of the cases it shows, for the ledger.
    cases: Callable[[Any], Collection[int]] = lambda row: ()
    #: Columns with personal data, for the ledger.
    personal: frozenset[str] = frozenset()
    #: The permission actions one of which it takes to download it; empty: whoever may run it.
    exports: frozenset[str] = frozenset()
    #: The module the exchange must have; empty: none.
    module: str = ""
    order: int = 100

    def columns_of(self, keys: Iterable[str]) -> list[ReportColumn]:
        """The chosen columns in the report's own order; all it shows by default if none is."""
        wanted = set(keys) & {column.key for column in self.columns}
        if not wanted:
            return [column for column in self.columns if column.is_shown]
        return [column for column in self.columns if column.key in wanted]


_types: dict[str, ReportType] = {}


def register(report: ReportType) -> ReportType:
    """Add a report; called from ``AppConfig.ready``.

    Raises:
        ValueError: another report has the key.
    """
    if _types.setdefault(report.key, report) is not report:
        raise ValueError(f"The report {report.key} is registered twice")
    return report


def reports_for(actor: Actor) -> list[ReportType]:
    """The reports the actor may run, in order."""
    found = [
        report
        for report in _types.values()
        if actor.may_any(report.actions) and (not report.module or actor.has_module(report.module))
    ]
    return sorted(found, key=lambda report: (report.order, report.label))


def report_for(actor: Actor, key: str) -> ReportType:
    """The report with this key.

    Raises:
        KeyError: there is none the actor may run.
    """
    return {report.key: report for report in reports_for(actor)}[key]


def may_export(actor: Actor, report: ReportType) -> bool:
    """Whether the actor may download what the report lists."""
    return actor.may_any(report.exports or report.actions)
