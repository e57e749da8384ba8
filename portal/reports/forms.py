"""What a report is narrowed by."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from portal.casework import kinds
from portal.reports.clock import MAX_MONTHS
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import PlainSelect

_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)


class MonthField(forms.CharField):
    """A month, such as 2025-11; its clean value is the first day of it, or None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"type": "month", "placeholder": "2025-11"})
        super().__init__(required=False, max_length=7, widget=widget, **kwargs)

    def clean(self, value: Any) -> date | None:
        """Read the month; raises ``ValidationError`` for what is none."""
        text = super().clean(value)
        if not text:
            return None
        match = _MONTH.fullmatch(text)
        year, month = (int(part) for part in match.groups()) if match else (0, 0)
        if not (2000 <= year <= 2100 and 1 <= month <= 12):
            raise ValidationError("Enter a month such as 2025-11.")
        return date(year, month, 1)


class ClockReportForm(forms.Form):
    """Months, kind, type and unit; empty months are the last six up to this one."""

    first = MonthField(label="From month")
    last = MonthField(label="To month")
    kind = forms.ChoiceField(required=False, widget=PlainSelect)
    type = forms.ChoiceField(required=False, widget=PlainSelect)
    unit = forms.ChoiceField(required=False, widget=PlainSelect)

    def __init__(self, data: QueryDict, *, actor: Actor, today: date) -> None:
        super().__init__(data)
        self.today = today
        offered = kinds.listed_kinds(actor)
        self._choose("kind", "All kinds", [(kind.key, kind.plural) for kind in offered])
        #: ``(kind, type)`` → the type's label.
        self.topics = {
            (kind.key, key): label
            for kind in offered
            if kind.topics is not None
            for key, label in kind.topics(actor)
        }
        types = {topic: label for (_, topic), label in self.topics.items()}
        self._choose("type", "All types", sorted(types.items(), key=lambda item: item[1]))
        queues = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
        names = [(str(pk), name) for pk, name in queues.order_by("name").values_list("pk", "name")]
        self._choose("unit", "All units", names)

    def clean(self) -> dict[str, Any]:
        """Fill in months that were left out, and hold them against each other."""
        cleaned = super().clean() or {}
        last = cleaned.get("last") or self.today.replace(day=1)
        first = cleaned.get("first") or _months_before(last, 5)
        cleaned["first"], cleaned["last"] = first, last
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        if months < 1:
            self.add_error("last", "The last month lies before the first.")
        elif months > MAX_MONTHS:
            self.add_error("first", f"Choose at most {MAX_MONTHS} months.")
        return cleaned

    def _choose(self, name: str, empty: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", empty), *choices]


def _months_before(month: date, count: int) -> date:
    years, index = divmod(12 * month.year + month.month - 1 - count, 12)
    return date(years, index + 1, 1)
