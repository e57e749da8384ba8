"""Types, routing and resolution codes of tickets on the administration site."""

from typing import Any

from django.contrib import admin

from escalations.tickets import configuration
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(TicketType, site=site)
class TicketTypeAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("label", "key", "is_active")
    list_filter = ("is_active",)
    search_fields = ("label", "key")
    fields = (
        *("key", "kind", "label", "best_practices", "usual_exception"),
        *("fields", "is_active"),
    )

    def get_readonly_fields(self, request: Any, obj: TicketType | None = None) -> tuple[str, ...]:
        return ("key", "kind") if obj else ("is_active",)

    def create(self, actor: Actor, data: dict[str, Any]) -> TicketType:
        return configuration.add_type(actor=actor, **data)

    def change(self, actor: Actor, row: TicketType, data: dict[str, Any]) -> TicketType:
        return configuration.change_type(actor=actor, ticket_type=row, **data)


@admin.register(RoutingRule, site=site)
class RoutingRuleAdmin(ServiceModelAdmin):
    """Order is part of the rule, so lines are moved and tried out on the routing page."""

    action = configuration.ACTION
    list_display = ("position", "ticket_type", "only_urgent", "language", "queue", "why")
    list_select_related = ("ticket_type", "queue")
    fields = (
        *("ticket_type", "only_urgent", "language", "queue", "why"),
        *("auto_assign", "skill"),
    )
    autocomplete_fields = ("ticket_type", "queue")

    def create(self, actor: Actor, data: dict[str, Any]) -> RoutingRule:
        return configuration.add_rule(actor=actor, **data)

    def change(self, actor: Actor, row: RoutingRule, data: dict[str, Any]) -> RoutingRule:
        return configuration.change_rule(actor=actor, rule=row, **data)


@admin.register(ResolutionCode, site=site)
class ResolutionCodeAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("label", "key", "is_active")
    list_filter = ("is_active",)
    fields = ("key", "label", "is_active")

    def get_readonly_fields(
        self, request: Any, obj: ResolutionCode | None = None
    ) -> tuple[str, ...]:
        return ("key",) if obj else ("is_active",)

    def create(self, actor: Actor, data: dict[str, Any]) -> ResolutionCode:
        return configuration.add_resolution_code(actor=actor, **data)

    def change(self, actor: Actor, row: ResolutionCode, data: dict[str, Any]) -> ResolutionCode:
        return configuration.change_resolution_code(actor=actor, code=row, **data)
