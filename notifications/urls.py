"""Addresses of the wing."""

from django.urls import path

from notifications.views import bell, mail, outbox, templates

app_name = "notifications"

urlpatterns = [
    path("notifications/", bell.bell, name="bell"),
    path("notifications/count/", bell.bell_count, name="bell-count"),
    path("notifications/read/", bell.mark_all_read, name="bell-read-all"),
    path("notifications/<int:pk>/open/", bell.open_line, name="bell-open"),
    path("notifications/<int:pk>/read/", bell.mark_read, name="bell-read"),
    path("messages/", outbox.outbox, name="outbox"),
    path("messages/<int:pk>/retry/", outbox.retry, name="outbox-retry"),
    path("messages/mail/", mail.mail_list, name="mail"),
    path("messages/mail/<int:pk>/", mail.mail_message, name="mail-message"),
    path("messages/mail/<int:pk>/send-again/", mail.mail_resend, name="mail-resend"),
    path("messages/wording/", templates.template_list, name="templates"),
    path("messages/wording/<str:key>/", templates.template, name="template"),
]
