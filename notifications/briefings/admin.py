"""Alerts and briefings on the administration site: read, and the rules that stand under them."""

from typing import Any

from django.contrib import admin

from notifications.briefings.models import Briefing, BriefingRules
from notifications.briefings.names import SET_RULES
from notifications.briefings.services import set_rules
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(Briefing, site=site)
class BriefingAdmin(ServiceModelAdmin):
    """What was written and where it stands; who got it is on the room's own pages."""

    action = SET_RULES
    edited_at = "briefings:desk"
    list_display = ("title", "kind", "category", "state", "sent_at")
    list_filter = ("state", "kind", "category")
    fields = ("kind", "category", "title", "summary", "body", "state", "send_at", "sent_at")


@admin.register(BriefingRules, site=site)
class BriefingRulesAdmin(ServiceModelAdmin):
    action = SET_RULES
    list_display = ("__str__", "contact_email", "newsroom_url")
    fields = ("contact_email", "newsroom_url")

    def create(self, actor: Actor, data: dict[str, Any]) -> BriefingRules:
        return set_rules(actor=actor, **data)

    def change(self, actor: Actor, row: BriefingRules, data: dict[str, Any]) -> BriefingRules:
        return set_rules(actor=actor, **data)
