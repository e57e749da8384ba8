from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "portal.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from portal.ledger import names
        from portal.reports import actions_table  # noqa: F401
        from portal.ui.navigation import NavItem, register

        names.name_actions({"reports.exported": "Downloaded a report"})
        register(
            NavItem(
                key="reports-clock",
                label="Who held the clock",
                url_name="reports:clock",
                action="reports.view",
                order=70,
                section="manage",
                hint="Business minutes in each party’s hands, by type and month.",
            )
        )
