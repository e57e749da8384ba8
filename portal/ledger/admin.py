"""The ledger on the administration site: to be read, by those who may view it, and no more."""

from django.contrib import admin

from portal.ledger.models import LedgerEntry
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(LedgerEntry, site=site)
class LedgerEntryAdmin(ServiceModelAdmin):
    """Hidden from administrators unless their role also has ``ledger.view``: they are among
    those whom the ledger watches."""

    action = "ledger.view"
    list_display = ("at", "action", "actor", "actor_role", "channel", "outcome")
    list_filter = ("outcome", "channel")
    list_select_related = ("actor",)
    fields = (
        "at",
        "actor",
        "actor_role",
        "channel",
        "request_id",
        "action",
        "outcome",
        "case_ids",
        "fields",
        "data",
    )
