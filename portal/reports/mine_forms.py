"""Editing a report: its “Outline” of columns, its filters, and “Save As” (RP-03…RP-07)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from portal.reports.registry import Chosen, ReportType
from portal.reports.saved import FOLDER
from portal.tenancy.actor import Actor
from portal.ui.forms import Section

#: Before the name of a filter's control, so that none is called like a column's.
_PREFIX: Final = "filter-"
ALL_FOLDERS: Final = "All Folders"


class ReportForm(forms.Form):
    """Columns and filters of one report."""

    columns = forms.MultipleChoiceField(
        label="Columns",
        widget=forms.CheckboxSelectMultiple,
        help_text="Remove columns here as needed.",
        error_messages={"required": "Keep at least one column."},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        actor: Actor,
        report: ReportType,
        columns: Sequence[str],
        chosen: Chosen,
    ) -> None:
        initial = {f"{_PREFIX}{key}": value for key, value in chosen.items()}
        super().__init__(data, initial={"columns": list(columns), **initial})
        self.report = report
        outline = self.fields["columns"]
        assert isinstance(outline, forms.MultipleChoiceField)
        outline.choices = [(column.key, column.label) for column in report.columns]
        for each in report.filters:
            common: dict[str, Any] = {
                "label": each.label,
                "required": False,
                "help_text": each.help,
            }
            self.fields[f"{_PREFIX}{each.key}"] = (
                forms.ChoiceField(choices=[("", "Any"), *each.choices(actor)], **common)
                if each.choices
                else forms.CharField(max_length=120, **common)
            )
        self.sections = (
            Section("Outline", ("columns",)),
            Section(
                "Filters",
                tuple(f"{_PREFIX}{each.key}" for each in report.filters),
                "A line is shown when every filter you fill in matches. Part of a name is enough.",
            ),
        )

    @property
    def chosen(self) -> dict[str, str]:
        """What was typed or chosen, by the filters' keys."""
        return {
            each.key: value
            for each in self.report.filters
            if (value := self.cleaned_data.get(f"{_PREFIX}{each.key}"))
        }

    def add_refusals(self, refusals: Mapping[str, Sequence[str]]) -> None:
        """Put a service's refusals beside the controls they are about."""
        for key, messages in refusals.items():
            name = key if key in self.fields else f"{_PREFIX}{key}"
            self.add_error(name if name in self.fields else None, list(messages))


class SaveAsForm(forms.Form):
    """“Save As”: the folder, and the report's name (RP-07)."""

    folder = forms.ChoiceField(
        label="Select Folder",
        choices=[(ALL_FOLDERS, ((FOLDER, FOLDER),))],
        initial=FOLDER,
        help_text="What is in Private Reports is seen by nobody but you.",
    )
    name = forms.CharField(label="Report Name", max_length=60, help_text="For example: 2025 only")
