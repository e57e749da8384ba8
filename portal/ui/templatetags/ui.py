"""Tags and filters of the pages' components; the catalogue is ``docs/explanation/pages.md``."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.contrib.messages import constants as message_levels
from django.contrib.messages.storage.base import Message
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.ui.forms import Section, sections_of

register = template.Library()

#: Query parameters that belong to a place in a list; a new filter or order starts at the top.
_PLACE_PARAMETERS = ("after", "before", "page", "cursor")
_TONE_SYMBOLS = {
    "neutral": "dot",
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "error",
}
_VISIBILITY = {
    "internal": ("lock", "Internal only"),
    "shared": ("eye", "{} can see this"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; ``target`` is the id of the control to focus, if any."""

    target: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the address of the same list without it."""

    text: str
    url: str


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of ``ui/icons.svg``; without a label it is hidden from assistive technology.

    Remembered, because a queue page draws the same few icons hundreds of times.
    """
    address = f"{static('ui/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="ui-icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            address,
        )
    return format_html(
        '<svg class="ui-icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        address,
    )


@register.filter
def thousands(value: int | None) -> str:
    """Write a whole number with commas; nothing for ``None``."""
    return "" if value is None else f"{int(value):,}"


@register.filter
def message_tone(message: Message) -> str:
    """Map a message's level to an alert's tone."""
    if message.level >= message_levels.ERROR:
        return "error"
    if message.level >= message_levels.WARNING:
        return "warning"
    return "success" if message.level >= message_levels.SUCCESS else "info"


# --- Forms ----------------------------------------------------------------------------------


@register.filter
def sections(form: forms.BaseForm) -> list[tuple[Section | None, list[BoundField]]]:
    """Return the form's visible fields by section."""
    return list(sections_of(form))


@register.filter
def has_required_fields(form: forms.BaseForm) -> bool:
    """Say whether the note that explains the required mark is needed."""
    return any(bound.field.required for bound in form.visible_fields())


@register.inclusion_tag("ui/forms/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """List every problem of a bound form, each linked to its control."""
    problems: list[Problem] = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        for error in errors:
            if bound is None or bound.is_hidden:
                problems.append(Problem("", "", str(error)))
            else:
                target = getattr(bound, "first_control_id", bound.auto_id)
                problems.append(Problem(target, str(bound.label).rstrip("."), str(error)))
    heading = "There is a problem" if len(problems) == 1 else f"There are {len(problems)} problems"
    return {"problems": problems, "heading": heading}


# --- Marks ----------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=512, typed=True)  # typed: markup and text of one spelling are not one label
def status_tag(label: str, tone: str = "neutral") -> SafeString:
    """Show a status as words with an icon; the colour only repeats what they say.

    An unknown tone falls back to neutral: a wing's new status must never break a queue.
    """
    tone = tone if tone in _TONE_SYMBOLS else "neutral"
    symbol = icon(_TONE_SYMBOLS[tone])
    return format_html('<span class="ui-tag ui-tag--{}">{}{}</span>', tone, symbol, label)


@register.simple_tag
def due_badge(
    due_at: datetime | None, business_days: int | None = None, paused: bool = False
) -> SafeString:
    """Say how a deadline stands, in whole business days of the exchange's calendar.

    ``business_days`` is what is left: negative when overdue, 0 today, ``None`` when not reckoned.
    ``due_at`` (aware) is shown in the active time zone. A paused clock shows no countdown at all.
    """
    if paused:
        state, symbol, text, due_at = "paused", "pause", "Paused", None
    elif due_at is None and business_days is None:
        return SafeString("")
    elif not business_days and due_at is not None and due_at < timezone.now():
        # Passed earlier today, or nobody reckoned in business days: the time says since when.
        state, symbol, text = "overdue", "error", "Overdue since"
    else:
        state, symbol, text = _standing(business_days)
    return format_html(
        '<span class="ui-due ui-due--{}">{}<span>{}</span>{}</span>',
        state,
        icon(symbol),
        text,
        _due_time(due_at),
    )


def _due_time(due_at: datetime | None) -> SafeString:
    if due_at is None:
        return SafeString("")
    local = timezone.localtime(due_at)
    # By hand what "M j, g:i A" says: a list writes it in every row, in a tenth of the time.
    shown = f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"
    return format_html(
        ' <time class="ui-due__time" datetime="{}">{}</time>', local.isoformat(), shown
    )


def _standing(days: int | None) -> tuple[str, str, str]:
    if days is None:
        return "later", "clock", "Due"
    if days < 0:
        return "overdue", "error", f"Overdue by {_business_days(-days)}"
    if days == 0:
        return "today", "warning", "Due today"
    return ("soon" if days <= 2 else "later"), "clock", f"Due in {_business_days(days)}"


def _business_days(count: int) -> str:
    return f"{count:,} business day{'' if count == 1 else 's'}"


@register.simple_tag
def visibility_mark(kind: str, reader: str = "Office") -> SafeString:
    """Mark who can read something: ``internal`` or ``shared``, in colour, icon and words.

    ``reader`` is what the page calls whoever it is shared with.

    Raises ``ValueError`` for any other kind: guessing here would tell a writer the wrong audience.
    """
    if kind not in _VISIBILITY:
        raise ValueError(f"Unknown visibility {kind!r}: use 'internal' or 'shared'.")
    symbol, text = _VISIBILITY[kind]
    return format_html(
        '<span class="ui-visibility ui-visibility--{}">{}{}</span>',
        kind,
        icon(symbol),
        text.format(reader or "Office"),
    )


# --- Lists ----------------------------------------------------------------------------------


@register.inclusion_tag("ui/sort_header.html", takes_context=True)
def sort_header(
    context: Context, label: str, key: str, css_class: str = "", default: str = ""
) -> dict[str, Any]:
    """Draw a column header that sorts by ``?sort=key`` and, once sorted, by ``?sort=-key``.

    ``default`` is the order the list has when the address names none, e.g. ``"due"``.
    """
    query = _query(context)
    current = query.get("sort", default)
    ascending, descending = current == key, current == f"-{key}"
    query["sort"] = f"-{key}" if ascending else key
    return {
        "label": label,
        "css_class": css_class,
        "url": _address(query),
        "direction": "ascending" if ascending else "descending" if descending else "",
        "symbol": "sort-up" if ascending else "sort-down" if descending else "sort",
    }


@register.inclusion_tag("ui/select_all.html")
def select_all(name: str = "selected") -> dict[str, str]:
    """Draw the header cell of a column of row check boxes; it appears only with JavaScript."""
    return {"name": name}


@register.simple_tag
def select_row(value: Any, label: str, name: str = "selected") -> SafeString:
    """Draw a row's check box; ``label`` names the row to those who cannot see it."""
    return format_html(
        '<td class="ui-table__select"><span class="usa-checkbox">'
        '<input class="usa-checkbox__input" type="checkbox" name="{0}" value="{1}" '
        'id="select-{0}-{1}"><label class="usa-checkbox__label" for="select-{0}-{1}">'
        '<span class="usa-sr-only">Select {2}</span></label></span></td>',
        name,
        value,
        label,
    )


#: How long a bar is remembered, in seconds, and how many are.
_BAR_SECONDS = 60
_BARS = 256
_bars: dict[Hashable, tuple[float, SafeString]] = {}


@register.simple_tag(takes_context=True)
def filter_bar(context: Context, form: forms.BaseForm, label: str = "Filters") -> SafeString:
    """Draw a GET form of filters, with each active filter as a chip that removes it.

    The current order is kept; the place in the list is not. A form may name in ``bar_key`` all
    that its controls depend on: the bar is then drawn once a minute. None: always anew.
    """
    query = _query(context)
    sort = str(query.get("sort", "")) if "sort" not in form.fields else ""
    kept = [("sort", sort)] if sort else []
    bar_key = getattr(form, "bar_key", None)
    key = (bar_key, label, query.urlencode() if bar_key is not None else "")
    at, bar = _bars.get(key, (0.0, SafeString("")))
    if bar_key is not None and bar and time.monotonic() - at < _BAR_SECONDS:
        return bar
    bar = SafeString(get_template("ui/filter_bar.html").render(_bar(form, query, kept, label)))
    if bar_key is not None:
        if len(_bars) >= _BARS:
            _bars.clear()
        _bars[key] = (time.monotonic(), bar)
    return bar


def _bar(
    form: forms.BaseForm, query: QueryDict, kept: list[tuple[str, str]], label: str
) -> dict[str, Any]:
    clear = query.copy()
    for name in form.fields:
        clear.pop(form.add_prefix(name), None)
    return {
        "form": form,
        "label": label,
        "kept": kept,
        "chips": list(_chips(form, query)),
        "clear_url": _address(clear),
    }


def _chips(form: forms.BaseForm, query: QueryDict) -> Iterable[Chip]:
    for bound in form.visible_fields():
        labels = _choice_labels(bound)
        for value in query.getlist(bound.html_name):
            if value == "":
                continue
            rest = query.copy()
            others = [item for item in query.getlist(bound.html_name) if item != value]
            rest.setlist(bound.html_name, others)
            shown = labels.get(value, value)
            is_flag = isinstance(bound.field, forms.BooleanField)
            yield Chip(str(bound.label) if is_flag else f"{bound.label}: {shown}", _address(rest))


def _choice_labels(bound: BoundField) -> dict[str, str]:
    flat: dict[str, str] = {}
    for value, text in getattr(bound.field, "choices", ()):
        grouped = text if isinstance(text, list | tuple) else ((value, text),)
        flat.update({str(key): str(name) for key, name in grouped})
    return flat


@register.inclusion_tag("ui/pager.html")
def pager(
    shown: int,
    total: int | str | None = None,
    previous_url: str = "",
    next_url: str = "",
    noun: str = "rows",
    label: str = "Pages",
) -> dict[str, Any]:
    """Draw previous and next for a keyset list.

    ``total`` is a number, or a ready string such as ``"1,000+"`` where counting stops early.
    """
    total_text = f"{total:,}" if isinstance(total, int) else total
    if total_text is None:
        text = f"{shown:,} {noun}"
    elif total == shown:
        text = "1 in all" if shown == 1 else f"All {total_text} {noun}"
    else:
        text = f"{shown:,} of {total_text} {noun}"
    return {"text": text, "previous_url": previous_url, "next_url": next_url, "label": label}


def _query(context: Context) -> QueryDict:
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name in _PLACE_PARAMETERS:
        query.pop(name, None)
    return query


def _address(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


# --- Panels ---------------------------------------------------------------------------------


@register.inclusion_tag("ui/definition_list.html")
def definition_list(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Show pairs of term and value; an empty value reads "Not given"."""
    return {"items": items}


@register.inclusion_tag("ui/timeline.html")
def timeline(events: Iterable[Any], reader: str = "Office") -> dict[str, Any]:
    """Show events with ``when``, ``title`` and optional ``actor``, ``body``, ``visibility``.

    ``reader`` is what the page calls whoever shared events are shared with.
    """
    return {"events": events, "reader": reader}


@register.inclusion_tag("ui/steps.html")
def step_indicator(labels: Sequence[str], current: int) -> dict[str, Any]:
    """Show where a person is in a process; ``current`` counts from 1."""
    states = [
        "complete" if number < current else "current" if number == current else "upcoming"
        for number in range(1, len(labels) + 1)
    ]
    return {
        "steps": [
            {"label": label, "state": state} for label, state in zip(labels, states, strict=True)
        ],
        "current": current,
        "total": len(labels),
        "current_label": labels[current - 1],
    }


@register.inclusion_tag("ui/progress.html")
def progress(label: str, value: int, maximum: int, id: str = "progress") -> dict[str, Any]:
    """Show how far a long job is; the numbers stand beside the bar."""
    percent = round(100 * value / maximum) if maximum else 0
    return {"label": label, "value": value, "maximum": maximum, "percent": percent, "id": id}
