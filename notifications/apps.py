from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"
    verbose_name = "Messages"

    def ready(self) -> None:
        from notifications import actions_table  # noqa: F401
