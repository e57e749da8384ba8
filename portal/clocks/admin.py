"""The administration site shows clocks and rules; changing them goes through the pages.

A calendar saved here would move deadlines nobody had previewed.
"""

from django.contrib import admin
from django.http import HttpRequest

from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from portal.tenancy.adminsite import ServiceModelAdmin, site


class ExceptionInline(admin.TabularInline):
    """A calendar's dated exceptions, to be read."""

    model = CalendarException
    fields = readonly_fields = ("date", "label", "hours")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True  # whoever is shown the calendar is shown its exceptions

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(BusinessCalendar, site=site)
class BusinessCalendarAdmin(ServiceModelAdmin):
    list_display = ("name", "key", "zone", "is_default")
    fields = ("name", "key", "zone", "week", "is_default")
    inlines = (ExceptionInline,)
    edited_at = "clocks:calendar"


@admin.register(SlaPolicy, site=site)
class SlaPolicyAdmin(ServiceModelAdmin):
    list_display = ("label", "case_kind", "limit", "measure", "is_active")
    list_filter = ("case_kind", "is_active")
    search_fields = ("label", "key")
    edited_at = "clocks:policies"
