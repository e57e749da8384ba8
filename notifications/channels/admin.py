"""Rules, quiet hours and webhooks on the administration site, to look at."""

from django.contrib import admin

from notifications.channels.choices import ChannelRule, QuietHours
from notifications.channels.hooks import MANAGE, Webhook
from notifications.channels.services import SET_RULES
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(ChannelRule, site=site)
class ChannelRuleAdmin(ServiceModelAdmin):
    action = SET_RULES
    list_display = ("group", "way", "is_on", "is_fixed", "changed_by", "changed_at")
    fields = ("group", "way", "is_on", "is_fixed", "changed_by", "changed_at")
    readonly_fields = fields
    edited_at = "channels:rules"


@admin.register(QuietHours, site=site)
class QuietHoursAdmin(ServiceModelAdmin):
    action = SET_RULES
    list_display = ("__str__", "changed_by", "changed_at")
    fields = ("starts", "ends", "changed_by", "changed_at")
    readonly_fields = fields
    edited_at = "channels:rules"


@admin.register(Webhook, site=site)
class WebhookAdmin(ServiceModelAdmin):
    """Whose there are and whether they work; address and secrets are their owner's."""

    action = MANAGE
    list_display = ("organization", "is_active", "failing_since")
    fields = ("organization", "groups", "is_active", "failing_since", "disabled_at")
    readonly_fields = fields
    edited_at = "channels:webhooks"
