from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "portal.clocks"
    label = "clocks"
    verbose_name = "Business calendars and SLA clocks"

    def ready(self) -> None:
        from portal.clocks import actions_table  # noqa: F401
