"""The papers of a packet and the units that take appeals, on the administration site."""

from typing import Any

from django.contrib import admin

from escalations.appeals import packets, routing
from escalations.appeals.models import AppealUnit, PacketTemplateItem
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(PacketTemplateItem, site=site)
class PacketTemplateItemAdmin(ServiceModelAdmin):
    action = packets.CONFIGURE
    list_display = ("label", "case_kind", "origin", "is_required", "position", "is_active")
    list_filter = ("case_kind", "is_active")
    search_fields = ("label", "key")
    fields = ("case_kind", "key", "label", "origin", "is_required", "position", "is_active")

    def get_readonly_fields(
        self, request: Any, obj: PacketTemplateItem | None = None
    ) -> tuple[str, ...]:
        return ("case_kind", "key") if obj else ("is_active",)

    def create(self, actor: Actor, data: dict[str, Any]) -> PacketTemplateItem:
        return packets.add_paper(actor=actor, **data)

    def change(
        self, actor: Actor, row: PacketTemplateItem, data: dict[str, Any]
    ) -> PacketTemplateItem:
        return packets.change_paper(actor=actor, paper=row, **data)


@admin.register(AppealUnit, site=site)
class AppealUnitAdmin(ServiceModelAdmin):
    """The first unit with room gets the next appeal (decision 4)."""

    action = packets.CONFIGURE
    list_display = ("position", "queue", "capacity")
    list_select_related = ("queue",)
    fields = ("queue", "capacity")
    autocomplete_fields = ("queue",)

    def get_readonly_fields(self, request: Any, obj: AppealUnit | None = None) -> tuple[str, ...]:
        return ("queue",) if obj else ()

    def create(self, actor: Actor, data: dict[str, Any]) -> AppealUnit:
        return routing.add_unit(actor=actor, **data)

    def change(self, actor: Actor, row: AppealUnit, data: dict[str, Any]) -> AppealUnit:
        return routing.change_unit(actor=actor, unit=row, capacity=data["capacity"])
