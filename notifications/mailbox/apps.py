from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "notifications.mailbox"
    label = "mailbox"
    verbose_name = "Secure mailbox"
