"""Disclaimers and rules of delegations on the administration site."""

from typing import Any

from django.contrib import admin

from portal.delegations import disclaimers
from portal.delegations.models import DelegationRules, DisclaimerVersion
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(DisclaimerVersion, site=site)
class DisclaimerVersionAdmin(ServiceModelAdmin):
    """A version is published, never changed: the one a consumer heard is evidence."""

    action = disclaimers.CONFIGURE
    list_display = ("number", "published_at", "published_by")
    list_select_related = ("published_by",)
    fields = ("english", "spanish")

    def create(self, actor: Actor, data: dict[str, Any]) -> DisclaimerVersion:
        return disclaimers.publish_disclaimers(actor=actor, **data)


@admin.register(DelegationRules, site=site)
class DelegationRulesAdmin(ServiceModelAdmin):
    action = disclaimers.CONFIGURE
    list_display = ("__str__", "pending_days", "searches_per_person", "searches_per_organization")
    fields = ("pending_days", "searches_per_person", "searches_per_organization")

    def create(self, actor: Actor, data: dict[str, Any]) -> DelegationRules:
        return disclaimers.set_rules(actor=actor, **data)

    def change(self, actor: Actor, row: DelegationRules, data: dict[str, Any]) -> DelegationRules:
        return disclaimers.set_rules(actor=actor, **data)
