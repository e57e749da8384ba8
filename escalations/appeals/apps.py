from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "escalations.appeals"
    label = "appeals"
    verbose_name = "Appeals"

    def ready(self) -> None:
        from escalations.appeals import actions_table  # noqa: F401
