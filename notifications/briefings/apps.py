from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "notifications.briefings"
    label = "briefings"
    verbose_name = "Alerts and briefings"
