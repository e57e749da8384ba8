from django.apps import AppConfig


class HelpRequestsConfig(AppConfig):
    name = "portal.help_requests"
    label = "help_requests"
    verbose_name = "Help requests"
