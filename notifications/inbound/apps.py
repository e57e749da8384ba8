from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "notifications.inbound"
    label = "inbound"
    verbose_name = "Mail coming in"
