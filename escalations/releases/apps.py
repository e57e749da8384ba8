from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "escalations.releases"
    label = "releases"
    verbose_name = "Release forms"

    def ready(self) -> None:
        from escalations.releases import actions_table  # noqa: F401
