"""Toolkit entries on the administration site: to look at. They are written on their own pages."""

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from portal.toolkits.models import WRITE, Entry


@admin.register(Entry, site=site)
class EntryAdmin(ServiceModelAdmin):
    """Address, standing and title; who changed what is in the entry's history."""

    action = WRITE
    edited_at = "toolkits:drafts"
    list_display = ("key", "title", "state", "changed_at")
    list_filter = ("state",)
    list_select_related = ("current",)
    search_fields = ("key", "current__title")
    fields = ("key", "state", "changed_at")
    readonly_fields = fields

    @admin.display(description="Title")
    def title(self, entry: Entry) -> str:
        """As it is published; empty before."""
        return entry.current.title if entry.current else ""
