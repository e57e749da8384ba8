"""Addresses of the room."""

from django.urls import path

from notifications.inbound.views import mailbox, triage, webhook

app_name = "inbound"

urlpatterns = [
    path("inbound/", triage.mails, name="triage"),
    path("inbound/mailbox/", mailbox.mailbox, name="mailbox"),
    path("inbound/mailbox/secret/", mailbox.secret, name="secret"),
    path("inbound/mailbox/senders/", mailbox.add_sender, name="sender-add"),
    path("inbound/mailbox/senders/<int:pk>/remove/", mailbox.remove_sender, name="sender-remove"),
    path("inbound/<int:pk>/", triage.mail, name="mail"),
    path("inbound/<int:pk>/files/<int:place>/", triage.file, name="file"),
    path("inbound/<int:pk>/<slug:what>/", triage.act, name="act"),
    path("inbound/take/<uuid:public_id>/", webhook.take, name="take"),
]
