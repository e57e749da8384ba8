"""Listings on the administration site: to look at. They are changed on their own pages."""

from django.contrib import admin

from portal.tenancy.adminsite import ServiceModelAdmin, site
from storefronts.models import Listing


@admin.register(Listing, site=site)
class ListingAdmin(ServiceModelAdmin):
    """Where a place is, whose it is, and whether consumers find it."""

    edited_at = "storefronts:listings"
    list_display = ("name", "kind", "organization", "city", "zip_code", "state", "applied_on")
    list_filter = ("kind", "state")
    list_select_related = ("organization",)
    search_fields = ("name", "city", "zip_code", "organization__name")
    fields = ("name", "kind", "organization", "city", "zip_code", "state", "state_since")
    readonly_fields = fields
