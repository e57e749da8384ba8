"""The exchange's own wording of its messages on the administration site."""

from typing import Any

from django.contrib import admin

from notifications import services
from notifications.models import MessageTemplate
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(MessageTemplate, site=site)
class MessageTemplateAdmin(ServiceModelAdmin):
    """The catalogue's own wordings and the variables a message may use are on the portal's page."""

    action = "notifications.edit_templates"
    list_display = ("key", "subject")
    fields = ("key", "subject", "body")
    readonly_fields = ("key",)
    edited_at = "notifications:templates"

    def change(self, actor: Actor, row: MessageTemplate, data: dict[str, Any]) -> MessageTemplate:
        return services.change_template(actor=actor, key=row.key, **data)
