"""Requests for information on the administration site: that they were made, not what they say."""

from typing import Any

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from storefronts.models import InformationItem


@admin.register(InformationItem, site=site)
class InformationItemAdmin(ServiceModelAdmin):
    """Questions and answers are read on the application's page, by those who review or own it."""

    list_display = ("number", "round", "file_required", "asked_at", "sent_at")
    list_filter = ("file_required",)
    list_select_related = ("application__case",)
    ordering = ("-asked_at", "-pk")
    fields = ("number", "round", "file_required", "asked_at", "sent_at")
    readonly_fields = fields

    @admin.display(description="Application", ordering="application__case__number")
    def number(self, row: InformationItem) -> Any:
        """The application's number."""
        return row.application.case.number
