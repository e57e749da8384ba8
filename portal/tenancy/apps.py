from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "portal.tenancy"
    label = "tenancy"
    verbose_name = "Exchanges, organizations, people and roles"

    def ready(self) -> None:
        from portal.tenancy import actions_table, checks, rls  # noqa: F401
        from portal.ui.navigation import NavItem, register

        for item in (
            NavItem(
                "people",
                "People",
                "tenancy:people",
                "tenancy.invite",
                80,
                "organization",
                "Invite somebody, give and end roles.",
            ),
            NavItem(
                "organizations",
                "Organizations",
                "tenancy:organizations",
                "tenancy.view_organizations",
                81,
                "organization",
                "The units, what each is there for, and the bodies around them.",
            ),
            NavItem(
                "administration",
                "Configuration",
                "admin:index",
                "tenancy.administer",
                82,
                "organization",
                "Exchanges, roles, memberships and everything else that is set up once.",
            ),
        ):
            register(item)
        post_migrate.connect(rls.grant_application_role, dispatch_uid="grant-application-role")
