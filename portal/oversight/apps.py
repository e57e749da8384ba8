from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "portal.oversight"
    label = "oversight"
    verbose_name = "Oversight"

    def ready(self) -> None:
        from portal.oversight import actions_table  # noqa: F401
        from portal.ui.navigation import NavItem, register

        register(
            NavItem(
                key="oversight",
                label="Lead's page",
                url_name="oversight:open-work",
                action="oversight.view",
                order=25,
                hint="What is due, at risk and breached: by unit, person, type and party.",
            )
        )
