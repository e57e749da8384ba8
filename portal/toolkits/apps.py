from django.apps import AppConfig


class ToolkitsConfig(AppConfig):
    name = "portal.toolkits"
    label = "toolkits"
    verbose_name = "Enroller Toolkits"

    def ready(self) -> None:
        from portal.tenancy import modules

        modules.register("toolkits", "Enroller Toolkits")
