"""Requests for help on the administration site: that they were made, never by whom or why."""

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from storefronts.contacts.models import HelpContact


@admin.register(HelpContact, site=site)
class HelpContactAdmin(ServiceModelAdmin):
    """Which place was asked, and what became of it; who asked is read by who answers."""

    list_display = ("listing", "organization", "status", "asked_at", "decided_at", "emptied_at")
    list_filter = ("status",)
    list_select_related = ("listing", "organization")
    ordering = ("-asked_at", "-pk")
    fields = list_display
    readonly_fields = fields
