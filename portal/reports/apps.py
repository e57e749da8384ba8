from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "portal.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from portal.ledger import names
        from portal.reports import actions_table, registry  # noqa: F401
        from portal.reports.book_report import MY_BOOK
        from portal.ui.navigation import NavItem, register

        names.name_actions(
            {"reports.exported": "Downloaded a report", "reports.run": "Ran a report"}
        )
        registry.register(MY_BOOK)
        register(
            NavItem(
                key="reports-mine",
                label="My Reports",
                url_name="reports:mine",
                action="reports.mine",
                order=70,
                hint="Your book of business and your cases as lists you make yourself.",
                offered=lambda actor: bool(registry.reports_for(actor)),  # type: ignore[arg-type]
            )
        )
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
