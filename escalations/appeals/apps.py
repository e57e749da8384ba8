from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "escalations.appeals"
    label = "appeals"
    verbose_name = "Appeals"

    def ready(self) -> None:
        from escalations.appeals import (
            actions_table,  # noqa: F401
            panels,
            promises,  # noqa: F401
            timed,
        )
        from escalations.appeals.kind import APPEAL
        from portal.api import registry
        from portal.casework import kinds
        from portal.ledger import names
        from portal.ui import cards
        from portal.ui.navigation import NavItem, register

        kinds.register(APPEAL)
        timed.register()
        panels.register()
        registry.register("escalations.appeals.api")
        names.name_actions(
            {
                "appeal.opened": "Opened an appeal",
                "appeals.calendar_file_fetched": "Fetched a hearing's calendar file",
                "appeals.figures_exported": "Exported the figures of appeals",
                "appeals.paper_added": "Added a paper to packets",
                "appeals.paper_changed": "Changed a paper of packets",
                "appeals.unit_added": "Added a unit that takes appeals",
                "appeals.unit_changed": "Changed a unit's capacity for appeals",
            }
        )
        cards.register_step(
            cards.FirstStep("appeal-open", "Open an appeal", "appeals:open", "appeals.open", 40)
        )
        for item in (
            NavItem(
                "appeals",
                "Appeals",
                "appeals:start",
                "appeals.view",
                34,
                hint="Where the appeals stand, and which unit has room.",
            ),
            NavItem(
                "hearings",
                "Hearings",
                "appeals:hearings",
                "appeals.work",
                35,
                hint="The hearings of your unit's appeals, by month or week.",
            ),
            NavItem(
                "appeal-figures",
                "Appeals by month",
                "appeals:figures",
                "appeals.figures",
                70,
                "organization",
                "Requests, hearings, decisions and withdrawals of a year.",
            ),
        ):
            register(item)
