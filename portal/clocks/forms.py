"""Forms for hours, dates and policies. The rules live in ``changes``; here is their shape."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.clocks.business_time import CalendarError, Interval
from portal.clocks.calendars import WEEKDAYS
from portal.clocks.changes import LIMIT_TOO_SMALL, DatedHours, PolicyTerms, check_hours
from portal.clocks.holiday_proposals import STATES
from portal.clocks.models import BusinessCalendar, SlaPolicy
from portal.ui.forms import DateInput, Section

WEEKDAY_LABELS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENTRY = re.compile(r"\s*(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})\s*")
#: Rows for new dates. Four fields a row keep a long calendar below the limit of fields a request.
BLANK_ROWS = 3
MAX_ROWS = 115


class HoursField(forms.CharField):
    """Opening hours of one day, such as ``08:00-12:00, 13:00-18:00``; empty means closed.

    The clean value is a list of pairs of times, in order.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=120, **kwargs)

    def clean(self, value: Any) -> list[list[str]]:
        """Read the hours; raises ``ValidationError`` naming the part that cannot be."""
        text = super().clean(value)
        if not text or text.strip().lower() == "closed":
            return []
        intervals = sorted(self._interval(part) for part in text.split(","))
        for one, other in pairwise(intervals):
            if other.opens < one.closes:
                raise ValidationError(f"{one} and {other} overlap.")
        return [interval.to_json() for interval in intervals]

    def prepare_value(self, value: Any) -> Any:
        """Show a list of pairs as the text people type."""
        if isinstance(value, list | tuple):
            return ", ".join(f"{opens}-{closes}" for opens, closes in value)
        return value

    def _interval(self, text: str) -> Interval:
        match = _ENTRY.fullmatch(text)
        if match is None:
            raise ValidationError(f"“{text.strip()}” is not hours such as 08:00-18:00.")
        opens, closes = (part.zfill(5) for part in match.groups())
        try:
            return Interval.parse(opens, closes)
        except CalendarError:
            raise ValidationError(
                f"{opens}-{closes} must lie within a day and end after it starts."
            ) from None


class CalendarForm(forms.Form):
    """The hours of a week, and dates with hours of their own: one fieldset each."""

    rows = forms.IntegerField(min_value=0, max_value=MAX_ROWS, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        calendar: BusinessCalendar,
        shown: Sequence[DatedHours] = (),
        kept: Sequence[DatedHours] = (),
    ) -> None:
        """Offer ``shown`` dates for editing; ``kept`` ones (long past) stay as they are."""
        super().__init__(data)
        self.calendar = calendar
        self.kept = tuple(kept)
        self._count = self._rows_sent() if self.is_bound else len(shown) + BLANK_ROWS
        self.fields["rows"].initial = self._count
        for key, label in zip(WEEKDAYS, WEEKDAY_LABELS, strict=True):
            hours = calendar.week.get(key, [])
            self.fields[key] = HoursField(label=label, initial=[list(pair) for pair in hours])
        sections = [
            Section(
                "Every week",
                WEEKDAYS,
                "Local times on the 24-hour clock, such as 08:00-18:00. For a break, enter two"
                " times with a comma. Empty means closed.",
            )
        ]
        for number in range(self._count):
            entry = shown[number] if not self.is_bound and number < len(shown) else None
            sections.append(self._add_row(number, entry))
        self.sections = tuple(sections)

    def clean(self) -> dict[str, Any]:
        """Put the rows together and hold them against the rules of a calendar."""
        cleaned = super().clean() or {}
        exceptions = list(self.kept)
        taken = {entry.date for entry in exceptions}
        for number in range(self._count):
            entry = self._entry(number, cleaned)
            if entry is None:
                continue
            if entry.date in taken:
                self.add_error(f"date_{number}", "This date is entered twice.")
            taken.add(entry.date)
            exceptions.append(entry)
        cleaned["week"] = {key: cleaned[key] for key in WEEKDAYS if cleaned.get(key)}
        cleaned["exceptions"] = exceptions
        if not self.errors:
            try:
                check_hours(
                    zone_name=self.calendar.zone,
                    week=cleaned["week"],
                    exceptions=exceptions,
                )
            except ValidationError as error:
                self.add_error(None, error.messages)  # type: ignore[arg-type]
        return cleaned

    def _rows_sent(self) -> int:
        text = self.data.get("rows", "")
        return min(int(text), MAX_ROWS) if text.isascii() and text.isdigit() else 0

    def _add_row(self, number: int, entry: DatedHours | None) -> Section:
        names = tuple(f"{part}_{number}" for part in ("date", "label", "hours", "remove"))
        fields: tuple[forms.Field, ...] = (
            forms.DateField(label="Date", required=False, widget=DateInput),
            forms.CharField(label="Reason", required=False, max_length=80),
            HoursField(label="Hours", help_text="Empty: closed all day."),
            forms.BooleanField(label="Remove this date", required=False),
        )
        initial = (entry.date, entry.label, entry.hours, False) if entry else (None, "", [], False)
        for name, field, value in zip(names, fields, initial, strict=True):
            field.initial = value
            self.fields[name] = field
        legend = f"{entry.label}, {_long(entry.date)}" if entry else f"Another date ({number + 1})"
        return Section(legend, names)

    def _entry(self, number: int, cleaned: dict[str, Any]) -> DatedHours | None:
        """One row's date; None for an empty, a removed or a faulty row."""
        day: date | None = cleaned.get(f"date_{number}")
        label = cleaned.get(f"label_{number}") or ""
        hours = cleaned.get(f"hours_{number}") or []
        if cleaned.get(f"remove_{number}"):
            return None
        if day is None:
            if (label or hours) and f"date_{number}" not in self.errors:
                self.add_error(f"date_{number}", "Enter the date.")
            return None
        if not label:
            self.add_error(f"label_{number}", "Enter the reason, such as Memorial Day.")
            return None
        return DatedHours(day, label, tuple((opens, closes) for opens, closes in hours))


class ProposalForm(forms.Form):
    """Which public holidays to propose."""

    year = forms.IntegerField(min_value=2000, max_value=2100)
    state = forms.ChoiceField(
        required=False,
        label="Holidays of",
        choices=[("", "Federal only"), *((code, code) for code in STATES)],
    )


class PolicyForm(forms.ModelForm):
    """What a policy promises."""

    class Meta:
        model = SlaPolicy
        fields = (
            "label",
            "calendar",
            "measure",
            "limit",
            "target",
            "warn_percent",
            "end_of_day",
            "citation",
            "is_active",
        )
        labels = {
            "is_active": "In use",
            "end_of_day": "Due at closing time",
            "warn_percent": "Warn at this share of the time (percent)",
        }
        help_texts = {
            "limit": "Breached after so many of the unit above.",
            "target": "Warn after so many. Empty: warn at the share below.",
            "end_of_day": "On the last day, not at the time of day the clock started.",
            "is_active": "Switched off, no new clock starts. Those that run go on.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendars = BusinessCalendar.objects.filter(exchange_id=self.instance.exchange_id)
        self.fields["calendar"].queryset = calendars  # type: ignore[attr-defined]

    def clean_limit(self) -> int:
        """Nothing can be kept within no time."""
        limit: int = self.cleaned_data["limit"]
        if limit < 1:
            raise ValidationError(LIMIT_TOO_SMALL)
        return limit

    def terms(self) -> PolicyTerms:
        """The new terms; call after validation."""
        return PolicyTerms(**self.cleaned_data)


class DraftForm(PolicyForm):
    """The terms that decide whether a clock is met, to be tried."""

    class Meta(PolicyForm.Meta):
        fields = ("calendar", "measure", "limit", "end_of_day")  # type: ignore[assignment]


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
