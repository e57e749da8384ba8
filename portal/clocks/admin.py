"""The administration site shows clocks and rules; changing them goes through the pages.

A calendar saved here would move deadlines nobody had previewed.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy, Timer, TimerSegment


class ReadOnly:
    """Lets people look and nothing else."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ExceptionInline(ReadOnly, admin.TabularInline):
    model = CalendarException
    fields = ("date", "label", "hours")


class SegmentInline(ReadOnly, admin.TabularInline):
    model = TimerSegment
    fields = ("party", "counted", "since", "until")


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("name", "exchange", "zone", "is_default")
    inlines = (ExceptionInline,)


@admin.register(SlaPolicy)
class SlaPolicyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("label", "exchange", "case_kind", "limit", "measure", "is_active")
    list_filter = ("case_kind", "is_active")
    list_select_related = ("exchange",)


@admin.register(Timer)
class TimerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("case_id", "policy", "state", "started_at", "due_at", "breached_at")
    list_filter = ("state",)
    list_select_related = ("policy",)
    inlines = (SegmentInline,)
