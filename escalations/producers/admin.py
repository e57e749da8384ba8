"""Producers' types, help contacts and NPNs on the administration site."""

from typing import Any

from django.contrib import admin

from escalations.producers import configuration
from escalations.producers.models import EscalationType, HelpContact, ProducerLicense
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(EscalationType, site=site)
class EscalationTypeAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("ticket_type", "mail_label", "is_commission")
    list_select_related = ("ticket_type",)
    fields = ("ticket_type", "mail_label", "is_commission")
    autocomplete_fields = ("ticket_type",)

    def get_readonly_fields(
        self, request: Any, obj: EscalationType | None = None
    ) -> tuple[str, ...]:
        return ("ticket_type",) if obj else ()

    def create(self, actor: Actor, data: dict[str, Any]) -> EscalationType:
        return configuration.set_type(actor=actor, **data)

    def change(self, actor: Actor, row: EscalationType, data: dict[str, Any]) -> EscalationType:
        return configuration.set_type(actor=actor, ticket_type=row.ticket_type, **data)


@admin.register(HelpContact, site=site)
class HelpContactAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("position", "name", "email", "phone")
    fields = (
        "position",
        "name",
        "helps_with",
        "topics",
        "not_for",
        "email",
        "phone",
        "caution",
    )

    def create(self, actor: Actor, data: dict[str, Any]) -> HelpContact:
        return configuration.set_contact(actor=actor, **data)

    def change(self, actor: Actor, row: HelpContact, data: dict[str, Any]) -> HelpContact:
        return configuration.set_contact(actor=actor, contact=row, **data)


@admin.register(ProducerLicense, site=site)
class ProducerLicenseAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("npn", "person")
    list_select_related = ("person",)
    search_fields = ("npn",)
    fields = ("person", "npn")
    autocomplete_fields = ("person",)

    def create(self, actor: Actor, data: dict[str, Any]) -> ProducerLicense:
        return configuration.set_license(actor=actor, **data)

    def change(self, actor: Actor, row: ProducerLicense, data: dict[str, Any]) -> ProducerLicense:
        return configuration.set_license(actor=actor, license_=row, **data)
