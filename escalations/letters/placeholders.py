"""What a template may leave open, and how it is filled. Pure; no Django models, no I/O.

The list is closed: a template that names anything else is refused when it is saved, so that no
letter goes out with a name in braces where a fact should stand. What is not known is filled with
a *gap*, the placeholder's label in square brackets, which the writer must replace before the
letter can be sent for approval.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

#: Name → what it stands for, as the writer of a template and of a letter reads it.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "number": "case number",
    "date": "today's date",
    "consumer_name": "consumer's name",
    "consumer_case_number": "consumer's case or application number",
    "exchange": "name of the exchange",
    "unit": "unit that works the case",
    "contact": "e-mail address for questions",
    "contact_phone": "telephone number for questions",
    "opened": "day the case was received",
    "deadline": "day the answer is due",
    "response": "what was done about it",
    "signature_name": "who signs",
}

#: Values for a preview of a template; an invented person.
SAMPLE: Final[Mapping[str, str]] = {
    "number": "ES-2025-000123",
    "date": "November 5, 2025",
    "consumer_name": "Thuỳ Nguyễn",
    "consumer_case_number": "5001234567",
    "exchange": "The Exchange",
    "unit": "Escalations Unit",
    "contact": "service@exchange.example",
    "contact_phone": "(555) 555-0100",
    "opened": "October 27, 2025",
    "deadline": "November 7, 2025",
    "response": "We corrected the first day of your coverage to October 1, 2025.",
    "signature_name": "Jordan Alvarez",
}

#: Languages a letter can be written in: those whose script the typeface holds (decision 10).
LANGUAGES: Final = (
    ("en", "English"),
    ("es", "Spanish"),
    ("vi", "Vietnamese"),
    ("tl", "Tagalog"),
    ("hmn", "Hmong"),
    ("hy", "Armenian"),
    ("ru", "Russian"),
    ("uk", "Ukrainian"),
)

_TOKEN = re.compile(r"\{([A-Za-z0-9_]*)\}")
_EN = "January February March April May June July August September October November December"
_ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"


def faults_of(text: str) -> list[str]:
    """Sentences on what is wrong with the placeholders of a template; none when it is right."""
    faults = []
    unknown = sorted({name for name in _TOKEN.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        named = ", ".join(f"{{{name}}}" for name in unknown)
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        faults.append(f"There is no placeholder {named}. You can use {known}.")
    if re.search(r"[{}]", _TOKEN.sub("", text)):
        faults.append("A brace stands alone. Write placeholders like {number}, and no other brace.")
    return faults


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced; the result holds no brace.

    What has no value, or is no placeholder, becomes a gap. Braces within values become
    parentheses: a fact must not look like a placeholder.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return (values.get(name) or "").strip() or gap(name)

    return _TOKEN.sub(value, text).translate(str.maketrans("{}", "()"))


def gap(name: str) -> str:
    """What stands where a value is not known."""
    return f"[{PLACEHOLDERS.get(name, name or 'fill in')}]"


def left_open(text: str) -> list[str]:
    """Gaps and placeholders that still stand in a letter, in the order of the closed list."""
    gaps = [gap(name) for name in PLACEHOLDERS if gap(name) in text]
    return gaps + sorted({match.group(0) for match in _TOKEN.finditer(text)})


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text: blocks parted by empty lines; single line ends stay in them."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return [block.strip() for block in blocks if block.strip()]


def long_date(day: date, language: str = "en") -> str:
    """A day as a letter writes it: in words where we know the language's, else by numbers."""
    match language:
        case "en":
            return f"{_EN.split()[day.month - 1]} {day.day}, {day.year}"
        case "es":
            return f"{day.day} de {_ES.split()[day.month - 1]} de {day.year}"
        case "vi":
            return f"ngày {day.day} tháng {day.month} năm {day.year}"
        case "hy" | "ru" | "uk":
            return f"{day:%d.%m.%Y}"
    return day.isoformat()
