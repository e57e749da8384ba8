"""The referral directory on the administration site (EA-17, EA-18)."""

from typing import Any

from django.contrib import admin

from escalations.constituent import directory
from escalations.constituent.models import ReferralContact
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(ReferralContact, site=site)
class ReferralContactAdmin(ServiceModelAdmin):
    action = directory.ACTION
    list_display = ("name", "kind", "phone", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "aliases", "helps_with")
    fields = ("name", "kind", "aliases", "helps_with", "phone", "url", "address", "is_active")

    def get_readonly_fields(
        self, request: Any, obj: ReferralContact | None = None
    ) -> tuple[str, ...]:
        return () if obj else ("is_active",)

    def create(self, actor: Actor, data: dict[str, Any]) -> ReferralContact:
        return directory.add_referral_contact(actor=actor, **data)

    def change(self, actor: Actor, row: ReferralContact, data: dict[str, Any]) -> ReferralContact:
        return directory.change_referral_contact(actor=actor, contact=row, **data)
