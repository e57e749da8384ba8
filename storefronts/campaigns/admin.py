"""Re-application campaigns on the administration site: to look at, with what they said before."""

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from storefronts.models import Campaign


@admin.register(Campaign, site=site)
class CampaignAdmin(ServiceModelAdmin):
    """Whom they concern and until when; they are written on their own pages."""

    edited_at = "storefronts:campaigns"
    list_display = ("title", "applied_before", "deadline", "is_active", "lapsed_at")
    list_filter = ("is_active",)
    fields = ("title", "applied_before", "deadline", "remind_days", "is_active", "lapsed_at")
    readonly_fields = fields
