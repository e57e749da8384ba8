"""Daily summaries on the administration site: their rules, and how far each day is."""

from typing import Any

from django.contrib import admin

from notifications.summaries.models import SET_RULES, SummaryDay, SummaryRules
from notifications.summaries.rules import set_rules
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(SummaryDay, site=site)
class SummaryDayAdmin(ServiceModelAdmin):
    """Which days are made; nobody's summaries are here, since they name consumers' numbers."""

    action = SET_RULES
    list_display = ("local_date", "alerts_at", "finished_at")
    fields = ("local_date", "alerts_at", "finished_at")


@admin.register(SummaryRules, site=site)
class SummaryRulesAdmin(ServiceModelAdmin):
    action = SET_RULES
    list_display = ("__str__", "from_time", "keep_days")
    fields = ("from_time", "keep_days")

    def create(self, actor: Actor, data: dict[str, Any]) -> SummaryRules:
        return set_rules(actor=actor, **data)

    def change(self, actor: Actor, row: SummaryRules, data: dict[str, Any]) -> SummaryRules:
        return set_rules(actor=actor, **data)
