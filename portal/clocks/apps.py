from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "portal.clocks"
    label = "clocks"
    verbose_name = "Business calendars and SLA clocks"

    def ready(self) -> None:
        from portal.clocks import actions_table  # noqa: F401
        from portal.ui.navigation import NavItem, register

        register(
            NavItem(
                key="hours",
                label="Hours and holidays",
                url_name="clocks:calendar",
                action="clocks.view_calendar",
                order=800,
                section="reference",
                hint="When the exchange and its chat are open, and the days on which they are not.",
            )
        )
        register(
            NavItem(
                key="policies",
                label="Deadlines",
                url_name="clocks:policies",
                action="clocks.view_policies",
                order=810,
                section="reference",
                hint="What each kind of case promises, and on which hours it is reckoned.",
            )
        )
