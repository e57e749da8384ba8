"""Filters of the case page."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import dateformat, timezone

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
