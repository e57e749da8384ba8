"""Addresses of the room; they name nobody."""

from django.urls import path

from notifications.channels.views import choices, webhooks

app_name = "channels"
urlpatterns = [
    path("account/channels/", choices.preferences, name="preferences"),
    path("messages/channels/", choices.rules, name="rules"),
    path("messages/channels/quiet-hours/", choices.quiet_hours, name="quiet-hours"),
    path("messages/told/<int:pk>/", choices.mailbox_entry, name="mailbox-entry"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.secret, name="webhook-secret"),
    path("webhooks/<int:pk>/remove/", webhooks.remove, name="webhook-remove"),
    path("webhooks/events/<int:pk>/", webhooks.delivery, name="delivery"),
    path("webhooks/events/<int:pk>/send-again/", webhooks.send_again, name="delivery-again"),
]
