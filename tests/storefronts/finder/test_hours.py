"""Opening hours: what is refused, in which words, and whether a place is open (SF-02, FL-02)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from storefronts.hours import (
    DAYS,
    is_open_at,
    opening_at,
    print_spans,
    validate_hours,
    validate_special_days,
    week_lines,
)
from storefronts.hours_fields import HoursField, SpecialDaysField

PACIFIC = ZoneInfo("America/Los_Angeles")
OFFICE_HOURS = {day: [["09:00", "17:00"]] for day in DAYS[:5]}


def pacific(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PACIFIC).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (
            {"tue": [["09:00", "12:00"], ["11:00", "15:00"]]},
            "Tuesday: 9:00–12:00 and 11:00–15:00 overlap.",
        ),
        ({"fri": [["17:00", "09:00"]]}, "Friday ends before it begins."),
        ({"fri": [["09:00", "09:00"]]}, "Friday ends before it begins."),
        (
            {"mon": [["09:00", ""]]},
            "Monday: enter both when it opens and when it closes.",
        ),
        ({"sun": [["9am", "17:00"]]}, "Sunday: enter times like 9:00 and 17:00."),
        ({"sat": [["24:00", "24:00"]]}, "Saturday: enter times like 9:00 and 17:00."),
        ({"sat": "09:00"}, "Saturday: enter hours as from and to."),
        ({"someday": []}, "Enter hours by weekday."),
    ],
)
def test_sf_02_wrong_hours_are_refused_in_a_sentence_that_names_the_day(
    hours: Any, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_hours(hours)
    assert refused.value.messages == [sentence]


def test_every_day_with_something_wrong_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_hours({"mon": [["10:00", "09:00"]], "wed": [["10:00", ""]]})
    assert [words.split(":")[0].split()[0] for words in refused.value.messages] == [
        "Monday",
        "Wednesday",
    ]


def test_hours_are_kept_in_order_and_without_days_off() -> None:
    assert validate_hours({"mon": [["13:00", "17:00"], ["09:00", "12:00"]], "tue": []}) == {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]]
    }


def test_openings_that_touch_do_not_overlap() -> None:
    assert validate_hours({"mon": [["09:00", "12:00"], ["12:00", "17:00"]]})


def test_a_holiday_entered_twice_is_refused_by_its_date() -> None:
    day = {"date": "2026-12-25", "hours": [], "label": "Christmas Day"}
    with pytest.raises(ValidationError) as refused:
        validate_special_days([day, day])
    assert refused.value.messages == ["December 25, 2026 is entered twice."]


def test_a_holiday_without_a_date_is_refused() -> None:
    with pytest.raises(ValidationError, match="Enter the date of each holiday"):
        validate_special_days([{"date": "", "label": "Some day"}])


def test_a_place_is_open_from_its_first_minute_to_the_one_before_it_closes() -> None:
    monday = (2026, 11, 23)
    assert not is_open_at(OFFICE_HOURS, [], pacific(*monday, 8, 59), PACIFIC)
    assert is_open_at(OFFICE_HOURS, [], pacific(*monday, 9, 0), PACIFIC)
    assert is_open_at(OFFICE_HOURS, [], pacific(*monday, 16, 59), PACIFIC)
    assert not is_open_at(OFFICE_HOURS, [], pacific(*monday, 17, 0), PACIFIC)


def test_fl_02_the_day_is_the_exchanges_own_not_the_one_in_greenwich() -> None:
    # Friday 16:30 in California is Saturday already in Greenwich.
    assert is_open_at(OFFICE_HOURS, [], datetime(2026, 11, 21, 0, 30, tzinfo=UTC), PACIFIC)


def test_a_holiday_replaces_its_weekday() -> None:
    closed = [{"date": "2026-11-26", "hours": [], "label": "Thanksgiving"}]
    short = [{"date": "2026-11-26", "hours": [["10:00", "12:00"]], "label": ""}]
    moment = pacific(2026, 11, 26, 13)
    assert is_open_at(OFFICE_HOURS, [], moment, PACIFIC)
    assert not is_open_at(OFFICE_HOURS, closed, moment, PACIFIC)
    assert not is_open_at(OFFICE_HOURS, short, moment, PACIFIC)
    assert is_open_at(OFFICE_HOURS, short, pacific(2026, 11, 26, 11), PACIFIC)


def test_what_consumers_read_says_until_when_and_from_when() -> None:
    assert str(opening_at(OFFICE_HOURS, [], pacific(2026, 11, 23, 10), PACIFIC)) == (
        "Open now until 5:00 PM"
    )
    assert str(opening_at(OFFICE_HOURS, [], pacific(2026, 11, 20, 18), PACIFIC)) == (
        "Closed now, opens Monday at 9:00 AM"
    )
    assert str(opening_at({}, [], pacific(2026, 11, 20, 18), PACIFIC)) == "Closed now"


def test_a_week_is_printed_with_today_marked_and_days_off_named() -> None:
    lines = week_lines(OFFICE_HOURS, today=date(2026, 11, 24))
    assert [line.day for line in lines if line.is_today] == ["Tuesday"]
    assert lines[0].hours == "9:00 AM – 5:00 PM"
    assert lines[6].hours == "Closed"
    assert print_spans([["09:00", "12:00"], ["13:30", "24:00"]]) == (
        "9:00 AM – 12:00 PM, 1:30 PM – midnight"
    )


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.lists(st.integers(0, 24 * 60), min_size=2, max_size=4, unique=True).filter(
        lambda found: len(found) % 2 == 0
    ),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
)
def test_until_the_change_it_names_nothing_changes(minutes: list[int], start: datetime) -> None:
    clocks = [f"{found // 60:02d}:{found % 60:02d}" for found in sorted(minutes)]
    spans = [[clocks[place], clocks[place + 1]] for place in range(0, len(clocks), 2)]
    hours = validate_hours(dict.fromkeys(DAYS, spans))
    moment = start.replace(second=0, microsecond=0, tzinfo=UTC)
    opening = opening_at(hours, [], moment, ZoneInfo("UTC"))
    assert opening.changes_at is not None
    assert opening.changes_at > moment
    just_before = opening.changes_at - timedelta(minutes=1)
    assert is_open_at(hours, [], just_before, ZoneInfo("UTC")) == opening.is_open


class HoursForm(forms.Form):
    hours = HoursField()
    special_days = SpecialDaysField()


def test_what_was_saved_comes_back_from_the_form_unchanged() -> None:
    initial = {
        "hours": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], "sat": [["10:00", "14:00"]]},
        "special_days": [
            {"date": "2026-11-26", "hours": [], "label": "Thanksgiving"},
            {"date": "2026-12-24", "hours": [["09:00", "12:00"]], "label": ""},
        ],
    }
    form = HoursForm(initial=initial)
    data = _inputs_of(form.as_p())
    again = HoursForm(data, initial=initial)
    assert again.is_valid(), again.errors
    assert again.cleaned_data == initial
    assert not again.has_changed()


def test_a_wrong_entry_stays_as_it_was_typed() -> None:
    form = HoursForm({"hours_fri_0_from": "17:00", "hours_fri_0_to": "09:00"})
    assert form.errors["hours"] == ["Friday ends before it begins."]
    assert 'value="17:00"' in form.as_p()


def test_a_week_without_any_hours_is_refused() -> None:
    assert HoursForm({}).errors["hours"] == ["Enter the hours of at least one day."]


def _inputs_of(html: str) -> dict[str, str]:
    import re

    found = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', html)
    assert found
    return dict(found)
