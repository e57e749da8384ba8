from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "notifications.channels"
    label = "channels"
    verbose_name = "Channels and preferences"
