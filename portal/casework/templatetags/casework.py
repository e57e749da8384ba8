"""Filters of the case page, and the rows of lists."""

from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.casework.rows import CaseRow
from portal.ui.templatetags.ui import due_badge, select_row, status_tag

register = template.Library()


@register.filter
def shown(value: Any) -> Any:
    """A section's value for people: dates in words, times in the active zone, yes and no."""
    if isinstance(value, datetime):
        return dateformat.format(timezone.localtime(value), "M j, Y, g:i A")
    if isinstance(value, date):
        return dateformat.format(value, "M j, Y")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value


@register.filter
def is_mapping(value: Any) -> bool:
    """Whether a section's value is an entry with a time, a writer and a text."""
    return isinstance(value, dict)


_NOTHING = SafeString("")


@register.simple_tag
def case_row(row: CaseRow, is_outside: bool = False, selectable: object = None) -> SafeString:
    """One row of a list of cases.

    Written here because a list has many: a template takes four times as long for the same.
    """
    opened = timezone.localtime(row.opened_at)
    return format_html(
        '<tr data-row{}>{}<th scope="row"><a class="ui-row-link" href="{}">{}</a>'
        '<span class="case-row__kind">{}</span></th><td data-label="About">{}</td>'
        '<td data-label="Status"><span class="case-row__marks">{}{}</span></td>{}'
        '<td data-label="Received">{}</td></tr>',
        SafeString(' class="ui-row--attention"') if row.is_overdue and row.is_open else _NOTHING,
        select_row(row.number, row.number, "case") if selectable else _NOTHING,
        reverse(row.url_name, args=(row.number,)),
        row.number,
        row.kind_label,
        _about(row, is_outside),
        status_tag(row.status, row.tone),
        SafeString(f" {status_tag('Urgent', 'danger')}") if row.is_urgent else _NOTHING,
        _NOTHING if is_outside else _deadline_and_owner(row),
        f"{opened:%b} {opened.day}, {opened.year}",
    )


def _about(row: CaseRow, is_outside: bool) -> SafeString:
    if not row.shows_details:
        return SafeString('<span class="ui-muted">Status only</span>')
    summary = row.summary or "No summary"
    if is_outside or not row.office:
        return format_html("{}", summary)
    return format_html('{}<span class="case-row__kind">{}</span>', summary, row.office)


def _deadline_and_owner(row: CaseRow) -> SafeString:
    has_deadline = row.is_open and row.due_at is not None
    nobody = SafeString('<span class="ui-muted">Nobody yet</span>')
    return format_html(
        '<td data-label="Due">{}</td>'
        '<td data-label="Owner">{}<span class="case-row__kind">{}</span></td>',
        due_badge(row.due_at, row.due_days)
        if has_deadline
        else SafeString('<span class="ui-muted">None</span>'),
        row.owner or nobody,
        row.queue,
    )
