from django.apps import AppConfig


class SummariesConfig(AppConfig):
    name = "notifications.summaries"
    label = "summaries"
    verbose_name = "Daily summaries"
