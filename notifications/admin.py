"""Messages on the administration site: their wording, and to look at, what was said to many."""

from typing import Any

from django.contrib import admin

from notifications import services
from notifications.bells.notices import WRITE, Notice
from notifications.models import MessageTemplate
from notifications.posts import Post
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


@admin.register(Notice, site=site)
class NoticeAdmin(ServiceModelAdmin):
    """What was announced by bell; it is announced and withdrawn on the portal's pages."""

    action = WRITE
    edited_at = "notifications:notices"
    list_display = ("title", "kind", "audience", "starts_at", "expires_at")
    list_filter = ("kind", "audience")
    fields = ("kind", "audience", "title", "body", "starts_at", "expires_at", "withdrawn_at")
    readonly_fields = fields


@admin.register(Post, site=site)
class PostAdmin(ServiceModelAdmin):
    """What Outreach and Sales told enrollers; they alone write it, on the portal's pages."""

    list_display = ("title", "kind", "audience", "starts_at", "expires_at")
    list_filter = ("kind", "audience")
    fields = (
        "kind",
        "audience",
        "title",
        "body",
        "starts_at",
        "expires_at",
        "published_at",
        "withdrawn_at",
    )
    readonly_fields = fields
