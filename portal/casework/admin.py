"""Cases on the administration site: the bare rows, which hold no personal data, to be read."""

from django.contrib import admin

from portal.casework.models import Case
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(Case, site=site)
class CaseAdmin(ServiceModelAdmin):
    """Where cases lie and how old they are, for whoever configures queues and routing."""

    list_display = ("number", "kind", "status", "queue", "opened_at", "due_at")
    list_filter = ("kind", "is_open")
    list_select_related = ("queue",)
    search_fields = ("number",)
    ordering = ("-opened_at",)
    fields = (
        "number",
        "kind",
        "status",
        "organization",
        "queue",
        "owner",
        "opened_at",
        "closed_at",
        "due_at",
    )
