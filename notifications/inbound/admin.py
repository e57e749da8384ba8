"""Mailboxes on the administration site, to look at; they are set up on the portal's own page."""

from django.contrib import admin

from notifications.inbound import configuration
from notifications.inbound.models import Mailbox
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(Mailbox, site=site)
class MailboxAdmin(ServiceModelAdmin):
    action = configuration.ACTION
    list_display = ("address", "is_active", "checked_at", "last_error")
    fields = (*configuration.FIELDS, "checked_at", "last_error")
    readonly_fields = fields
    edited_at = "inbound:mailbox"
