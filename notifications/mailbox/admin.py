"""The mailbox on the administration site, to look at: never a subject, never a text."""

from django.contrib import admin

from notifications.mailbox.models import KeepRule, Team, Thread
from notifications.mailbox.names import CONFIGURE
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(Team, site=site)
class TeamAdmin(ServiceModelAdmin):
    action = CONFIGURE
    edited_at = "mailbox:settings"
    list_display = ("label", "unit", "audience", "is_active")
    list_filter = ("is_active", "audience")
    list_select_related = ("unit",)
    fields = ("label", "unit", "helps_with", "audience", "is_active")
    readonly_fields = fields


@admin.register(KeepRule, site=site)
class KeepRuleAdmin(ServiceModelAdmin):
    action = CONFIGURE
    edited_at = "mailbox:settings"
    list_display = ("kind", "days")
    fields = ("kind", "days")
    readonly_fields = fields


@admin.register(Thread, site=site)
class ThreadAdmin(ServiceModelAdmin):
    """That a conversation exists, how long it is, and whether it is held."""

    action = CONFIGURE
    list_display = ("number", "created_at", "last_message_at", "last_number", "is_held")
    list_filter = ("is_held",)
    fields = ("created_at", "last_message_at", "last_number", "is_held")
    readonly_fields = fields

    @admin.display(description="Conversation")
    def number(self, thread: Thread) -> int:
        """The number people quote."""
        return thread.pk
