from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "portal.delegations"
    label = "delegations"
    verbose_name = "Delegation Tool"

    def ready(self) -> None:
        from portal.tenancy import modules

        modules.register("delegations", "Delegation Tool")
