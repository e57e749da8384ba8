"""Applications and their photos on the administration site, to look up; the pages write them."""

from typing import Any

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from storefronts.models import Photo, StorefrontApplication


@admin.register(StorefrontApplication, site=site)
class StorefrontApplicationAdmin(ServiceModelAdmin):
    """What was applied for, with the case's number."""

    list_display = ("number", "name", "city", "zip_code", "is_new_location", "applied_at")
    list_filter = ("is_new_location",)
    list_select_related = ("case",)
    search_fields = ("name", "city", "zip_code")
    ordering = ("-applied_at", "-pk")
    fields = (
        *("number", "name", "street", "unit", "city", "state", "zip_code", "phone"),
        *("languages", "services", "accessibility", "attestations", "applied_at", "decided_at"),
    )
    readonly_fields = fields

    @admin.display(description="Application", ordering="case__number")
    def number(self, row: StorefrontApplication) -> Any:
        """The application's number."""
        return row.case.number


@admin.register(Photo, site=site)
class PhotoAdmin(ServiceModelAdmin):
    """That there are photos, and of what; they are looked at on the application's page."""

    list_display = ("number", "kind", "position", "added_at")
    list_filter = ("kind",)
    list_select_related = ("application__case",)
    ordering = ("-added_at", "-pk")
    fields = ("number", "kind", "position", "added_at")
    readonly_fields = fields

    @admin.display(description="Application", ordering="application__case__number")
    def number(self, row: Photo) -> Any:
        """The application's number."""
        return row.application.case.number
