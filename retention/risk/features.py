"""What the model knows of a consumer: eight documented features, how they are written in a file,
and what they are called when they raise the risk. Pure; no Django, no I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

#: Values of a consumer's features as numbers, by feature key.
Values = Mapping[str, float]

YES_NO: Final = {"yes": 1.0, "no": 0.0}


class BadFeature(ValueError):
    """A value of a file is not what the feature can be; the message never repeats it."""


@dataclass(frozen=True)
class Column:
    """One number the model weighs."""

    key: str
    #: The number for a consumer's values.
    of: Callable[[Values], float]


@dataclass(frozen=True)
class Feature:
    """One thing that is known of a consumer; its columns are weighed together."""

    key: str
    label: str
    #: What a file may hold, for people.
    form: str
    #: The number for the text of a file.
    parse: Callable[[str], float]
    columns: tuple[Column, ...]
    #: Why it raises the risk, in words, from the consumer's values; no personal data.
    reason: Callable[[Values], str]
    example: str


def _whole(low: int, high: int) -> Callable[[str], float]:
    def parse(text: str) -> float:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise BadFeature(f"must be a whole number from {low} to {high}")
        return float(text)

    return parse


def _percent(text: str) -> float:
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(text) <= 8):
        raise BadFeature("must be a number of percent, e.g. 12.5 or -3")
    value = float(text)
    if not -100 <= value <= 1000:
        raise BadFeature("must be from -100 to 1000 percent")
    return value


def _yes_no(text: str) -> float:
    try:
        return YES_NO[text.lower()]
    except KeyError:
        raise BadFeature("must be yes or no") from None


def _language(text: str) -> float:
    """1 for English, 0 for any other language; which one makes no difference."""
    if not text:
        raise BadFeature("is missing")
    return float(text.lower() in ("english", "en"))


def _flag(key: str, label: str, *, when_yes: str, when_no: str, example: str = "yes") -> Feature:
    return Feature(
        key,
        label,
        "yes or no",
        _yes_no,
        (Column(key, lambda values: values[key]),),
        lambda values: when_yes if values[key] else when_no,
        example,
    )


def _months_reason(values: Values) -> str:
    if values["months_enrolled"] < 12:
        return "Enrolled for less than a year"
    return "Enrolled for a year or more"


def _premium_reason(values: Values) -> str:
    change = values["premium_change"]
    if change >= 50:
        return "Premium rises by half or more"
    if change >= 20:
        return "Premium rises by 20% or more"
    if change > 0:
        return "Premium rises"
    return "Premium stays the same" if change == 0 else "Premium falls"


#: Ages of each band but 35 to 44, with which the others are compared.
_BANDS: Final = ((0, 25), (26, 34), (45, 54), (55, 64), (65, 130))


def _in_band(low: int, high: int) -> Callable[[Values], float]:
    return lambda values: float(low <= values["age"] <= high)


FEATURES: Final[tuple[Feature, ...]] = (
    Feature(
        "months_enrolled",
        "Months enrolled",
        "whole number, 0 to 600",
        _whole(0, 600),
        (Column("months_enrolled", lambda values: values["months_enrolled"]),),
        _months_reason,
        "26",
    ),
    Feature(
        "premium_change",
        "Change of the premium",
        "percent, e.g. 12.5 or -3",
        _percent,
        (Column("premium_change", lambda values: values["premium_change"]),),
        _premium_reason,
        "31.5",
    ),
    _flag(
        "loses_subsidy",
        "Loses the federal subsidy",
        when_yes="Loses the federal subsidy",
        when_no="Keeps the federal subsidy",
    ),
    Feature(
        "age",
        "Age band",
        "whole years, 0 to 130",
        _whole(0, 130),
        tuple(Column(f"age_{low}_{high}", _in_band(low, high)) for low, high in _BANDS),
        lambda values: "In an age group that renews less often",
        "47",
    ),
    _flag(
        "auto_pay",
        "Pays automatically",
        when_yes="Pays automatically",
        when_no="Does not pay automatically",
        example="no",
    ),
    _flag(
        "renewed_actively",
        "Chose a plan at the last renewal",
        when_yes="Chose a plan at the last renewal",
        when_no="Was renewed without choosing a plan last year",
        example="no",
    ),
    _flag(
        "contact_within_60_days",
        "In contact within 60 days",
        when_yes="In contact within 60 days",
        when_no="No contact within 60 days",
        example="no",
    ),
    Feature(
        "language",
        "Prefers English",
        "name of the preferred language",
        _language,
        (Column("english", lambda values: values["language"]),),
        lambda values: (
            "Prefers English" if values["language"] else "Prefers a language other than English"
        ),
        "Spanish",
    ),
)

#: Names of the features, which are their columns in files.
KEYS: Final = tuple(feature.key for feature in FEATURES)
#: Every number the model weighs, in the order of its coefficients.
COLUMNS: Final = tuple(column for feature in FEATURES for column in feature.columns)


def parse(row: Mapping[str, str]) -> dict[str, float]:
    """The values of one row of a file.

    Raises:
        BadFeature: a value is missing or none the feature can have; names the column.
    """
    values = {}
    for feature in FEATURES:
        try:
            values[feature.key] = feature.parse(row[feature.key])
        except BadFeature as problem:
            raise BadFeature(f"{feature.key} {problem}.") from None
    return values
