from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "portal.tenancy"
    label = "tenancy"
    verbose_name = "Exchanges, organizations, people and roles"

    def ready(self) -> None:
        from portal.tenancy import actions_table, checks, rls  # noqa: F401

        post_migrate.connect(rls.grant_application_role, dispatch_uid="grant-application-role")
