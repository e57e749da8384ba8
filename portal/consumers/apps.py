from django.apps import AppConfig


class ConsumersConfig(AppConfig):
    name = "portal.consumers"
    label = "consumers"
    verbose_name = "Consumers and feeds"
