from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "portal.clocks"
    label = "clocks"
    verbose_name = "Business calendars and SLA clocks"

    def ready(self) -> None:
        from portal.clocks import actions_table  # noqa: F401
        from portal.ledger import names
        from portal.ui.navigation import NavItem, register

        names.name_actions(
            {
                "clocks.calendar_changed": "Changed hours or holidays",
                "clocks.policy_changed": "Changed a deadline",
                "clocks.simulated": "Tried a change of deadlines or hours",
                "clocks.simulation_exported": "Downloaded what a change would turn",
            }
        )
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
