"""Opening hours and holidays as form fields; plain inputs, usable without JavaScript (SF-02)."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from storefronts.hours import (
    DAYS,
    END_OF_DAY,
    LABEL_LENGTH,
    MOST_SPANS,
    MOST_SPECIAL_DAYS,
    day_name,
    validate_hours,
    validate_special_days,
)

#: Empty rows for holidays that are not entered yet.
_MORE: Final = 3
_MIDNIGHT: Final = "00:00"


class HoursWidget(forms.Widget):
    """A week of hours: two openings for each day, an empty one means none."""

    template_name = "storefronts/fields/hours.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed, by day; kept as it is, so that a wrong entry is shown again."""
        return {
            day: [
                [
                    str(data.get(f"{name}_{day}_{number}_from", "")).strip(),
                    str(data.get(f"{name}_{day}_{number}_to", "")).strip(),
                ]
                for number in range(MOST_SPANS)
            ]
            for day in DAYS
        }

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the form came without this field."""
        return f"{name}_mon_0_from" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The fieldset's legend is the label; a link from the summary leads to the first day."""
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the days with their inputs."""
        context = super().get_context(name, value, attrs)
        prefix = context["widget"]["attrs"].get("id", f"id_{name}")
        hours = value if isinstance(value, Mapping) else {}
        context["days"] = [
            {
                "name": day_name(number),
                "spans": [
                    _inputs(
                        f"{name}_{day}_{place}",
                        _first_id(prefix, f"{day}_{place}", is_first=not number and not place),
                        span,
                    )
                    for place, span in enumerate(_padded(hours.get(day, []), MOST_SPANS))
                ],
            }
            for number, day in enumerate(DAYS)
        ]
        return context


class HoursField(forms.Field):
    """Opening hours of a week; the clean value is what ``Address.hours`` holds."""

    widget = HoursWidget

    def to_python(self, value: Any) -> dict[str, list[list[str]]]:
        """Leave out what is empty, and check the rest.

        Raises:
            ValidationError: a sentence for each day with something wrong.
        """
        rows = value if isinstance(value, Mapping) else {}
        return validate_hours(
            {day: [_span(span) for span in spans if any(span)] for day, spans in rows.items()}
        )

    def validate(self, value: Any) -> None:
        """A place that is never open is refused where the field is required."""
        if self.required and not value:
            raise ValidationError("Enter the hours of at least one day.", code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other hours were entered than there were."""
        try:
            return self.to_python(data) != (initial or {})
        except ValidationError:
            return True


class SpecialDaysWidget(forms.Widget):
    """Holidays: what is entered, and three empty rows; saving offers three more."""

    template_name = "storefronts/fields/special_days.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed, row by row, until the first row the form did not have."""
        rows: list[dict[str, Any]] = []
        for number in range(MOST_SPECIAL_DAYS + _MORE):
            if f"{name}_{number}_date" not in data:
                break
            read = {
                part: str(data.get(f"{name}_{number}_{part}", "")).strip()
                for part in ("date", "label", "from", "to")
            }
            rows.append(
                {
                    "date": read["date"],
                    "label": read["label"],
                    "hours": [[read["from"], read["to"]]],
                }
            )
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the form came without this field."""
        return f"{name}_0_date" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The fieldset's legend is the label."""
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the rows with their inputs."""
        context = super().get_context(name, value, attrs)
        prefix = context["widget"]["attrs"].get("id", f"id_{name}")
        entered = [row for row in value or [] if not _is_empty(row)]
        empty: list[dict[str, Any]] = [{}] * min(_MORE, MOST_SPECIAL_DAYS - len(entered))
        context["rows"] = [
            {
                "number": number + 1,
                "name": f"{name}_{number}",
                "id": _first_id(prefix, str(number), is_first=not number),
                "date": row.get("date", ""),
                "label": row.get("label", ""),
                "from": _shown((row.get("hours") or [["", ""]])[0][0]),
                "to": _shown((row.get("hours") or [["", ""]])[0][1]),
            }
            for number, row in enumerate([*entered, *empty])
        ]
        context["label_length"] = LABEL_LENGTH
        return context


class SpecialDaysField(forms.Field):
    """Holidays and other special days; the clean value is what ``Address.special_days`` holds."""

    widget = SpecialDaysWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Leave out empty rows, and check the rest.

        Raises:
            ValidationError: a sentence for each row with something wrong.
        """
        rows = [row for row in value or [] if not _is_empty(row)]
        return validate_special_days(
            [
                {**row, "hours": [_span(span) for span in row.get("hours", []) if any(span)]}
                for row in rows
            ]
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other days were entered than there were."""
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True


def _is_empty(row: Mapping[str, Any]) -> bool:
    hours = row.get("hours") or []
    return not (row.get("date") or row.get("label") or any(any(span) for span in hours))


def _span(span: Any) -> list[str]:
    """A pair as typed; the browser's time control writes the end of the day as its beginning."""
    start, end = (str(part) for part in span)
    return [start, END_OF_DAY if end == _MIDNIGHT else end]


def _shown(clock: str) -> str:
    return _MIDNIGHT if clock == END_OF_DAY else clock


def _padded(spans: Any, number: int) -> list[Any]:
    return [*spans, *([["", ""]] * (number - len(spans)))]


def _inputs(name: str, prefix: str, span: Any) -> dict[str, str]:
    return {"name": name, "id": prefix, "from": _shown(span[0]), "to": _shown(span[1])}


def _first_id(prefix: str, key: str, *, is_first: bool) -> str:
    """Ids of a fieldset's controls; the first is where links of the error summary lead to."""
    return f"{prefix}_0" if is_first else f"{prefix}_{key}"
