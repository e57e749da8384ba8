"""Running reports, keeping them, and finding them again (RP-03…RP-09)."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.documents.validation import validate_no_ssn
from portal.reports.models import SavedReport
from portal.reports.registry import Chosen, ReportType
from portal.tenancy.actor import Actor, NotAllowed

#: The one folder there is (RP-07): what is in it is its owner's alone.
FOLDER: Final = "Private Reports"
#: Reports listed under “Recent”; unnamed ones beyond them are forgotten.
RECENT: Final = 10
#: Reports one person may keep under a name.
MOST: Final = 50


def own_reports(actor: Actor) -> QuerySet[SavedReport]:
    """The actor's reports in this exchange, the last run first; nobody sees another's."""
    return SavedReport.objects.filter(exchange_id=actor.exchange_id, person=actor.person)


def recent_reports(actor: Actor) -> list[SavedReport]:
    """The reports the actor ran last, saved or not (RP-08)."""
    return list(own_reports(actor)[:RECENT])


def private_reports(actor: Actor) -> list[SavedReport]:
    """The reports the actor has saved, by name (RP-08)."""
    return list(own_reports(actor).exclude(name="").order_by("name"))


def description(report: ReportType, chosen: Chosen) -> str:
    """What a report is narrowed by, in words, e.g. “Year of Application: 2025”."""
    parts = [f"{f.label}: {chosen[f.key]}" for f in report.filters if chosen.get(f.key)]
    return "; ".join(parts)


@transaction.atomic
def run_report(
    *,
    actor: Actor,
    report: ReportType,
    columns: Sequence[str],
    chosen: Chosen,
    changes: SavedReport | None = None,
) -> SavedReport:
    """Remember a report as it is about to be run, so that its address says nothing of it.

    Args:
        changes: one of the actor's own, which was edited. One that is saved stays as it is, and
            the edited one is another, until it is saved under the same name.

    Raises:
        NotAllowed: the actor may not run this report.
        ValidationError: no column, or a Social Security number among the filters.
    """
    _require(actor, report)
    keys = {column.key for column in report.columns}
    columns = [key for key in columns if key in keys]
    if not columns:
        raise ValidationError({"columns": "Keep at least one column."})
    known = {f.key for f in report.filters}
    chosen = {key: value for key, value in chosen.items() if value and key in known}
    for key, value in chosen.items():
        try:
            validate_no_ssn(value)
        except ValidationError as refusal:
            raise ValidationError({key: refusal.messages}) from None
    row = changes if changes is not None and not changes.name else None
    if row is None:
        row = SavedReport(exchange=actor.exchange, person=actor.person, report=report.key)
    row.columns, row.chosen, row.ran_at = list(columns), chosen, timezone.now()
    row.save()
    _forget(own_reports(actor).filter(name="")[RECENT:].values_list("pk", flat=True))
    return row


def note_run(*, saved: SavedReport) -> None:
    """Move a report to the head of “Recent”: it was opened again."""
    saved.ran_at = timezone.now()
    saved.save(update_fields=["ran_at"])


@transaction.atomic
def save_report(*, actor: Actor, saved: SavedReport, name: str) -> SavedReport:
    """“Save As”: keep a report under a name in “Private Reports” (RP-07).

    One that has another name already is copied. One's own report of the same name is replaced.

    Raises:
        ValidationError: no name, a Social Security number in it, or too many reports.
    """
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Enter a report name."})
    validate_no_ssn(name)
    others = own_reports(actor).exclude(pk=saved.pk)
    others.filter(name=name).delete()
    if saved.name != name and others.exclude(name="").count() >= MOST:
        raise ValidationError({"name": f"You have {MOST} reports. Delete one first."})
    if saved.name and saved.name != name:
        saved = SavedReport(
            exchange=actor.exchange,
            person=actor.person,
            report=saved.report,
            columns=saved.columns,
            chosen=saved.chosen,
        )
    saved.name = name
    saved.save()
    return saved


def delete_report(*, actor: Actor, saved: SavedReport) -> None:
    """Forget one of the actor's own reports."""
    own_reports(actor).filter(pk=saved.pk).delete()


def _forget(keys: Iterable[int]) -> None:
    SavedReport.objects.filter(pk__in=list(keys)).delete()


def _require(actor: Actor, report: ReportType) -> None:
    actor.require("reports.mine")
    if not actor.may_any(report.actions):
        raise NotAllowed(min(report.actions))
