"""Help topics and their routing on the administration site."""

from typing import Any

from django.contrib import admin

from portal.help_requests import configuration
from portal.help_requests.models import HelpRoute, HelpTopic
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(HelpTopic, site=site)
class HelpTopicAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("label", "category", "position", "is_active")
    fields = ("key", "category", "label", "who_answers", "position", "is_active")

    def get_readonly_fields(self, request: Any, obj: HelpTopic | None = None) -> tuple[str, ...]:
        return ("key", "category") if obj else ()

    def create(self, actor: Actor, data: dict[str, Any]) -> HelpTopic:
        return configuration.set_topic(actor=actor, **data)

    def change(self, actor: Actor, row: HelpTopic, data: dict[str, Any]) -> HelpTopic:
        return configuration.set_topic(
            actor=actor, topic=row, key=row.key, category=row.category, **data
        )


@admin.register(HelpRoute, site=site)
class HelpRouteAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("position", "category", "organization_kind", "queue", "escalates_to")
    list_select_related = ("queue", "escalates_to")
    fields = ("position", "category", "organization_kind", "queue", "escalates_to", "why")
    autocomplete_fields = ("queue", "escalates_to")

    def create(self, actor: Actor, data: dict[str, Any]) -> HelpRoute:
        return configuration.set_route(actor=actor, **data)

    def change(self, actor: Actor, row: HelpRoute, data: dict[str, Any]) -> HelpRoute:
        return configuration.set_route(actor=actor, route=row, **data)
