from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "portal.casework"
    label = "casework"
    verbose_name = "Casework"

    def ready(self) -> None:
        from portal.casework import actions_table, panels, party_time  # noqa: F401
        from portal.casework.deadlines import CaseRows
        from portal.casework.ledger_names import DIRECTORY
        from portal.casework.search import SOURCE
        from portal.clocks import spine
        from portal.ledger import names
        from portal.ui import search
        from portal.ui.navigation import NavItem, register

        spine.register(CaseRows())
        search.register(SOURCE)
        names.register(names.CASE, DIRECTORY)
        names.name_actions({"casework.macro_run": "Ran a macro"})
        panels.register(None, "casework/_timers.html", panels.timers, order=50, title="Deadlines")
        panels.register(
            None,
            "casework/_party_time.html",
            party_time.panel,
            order=55,
            title="Who held the clock",
        )
        register(
            NavItem(
                key="queue",
                label="Cases",
                url_name="casework:queue",
                action="casework.view",
                order=20,
                hint="Every case you may see, by how it stands.",
            )
        )
        register(
            NavItem(
                key="workbench",
                label="Workbench",
                url_name="casework:workbench",
                action="casework.workbench",
                order=21,
                hint="The list and the open case side by side, worked by keyboard.",
            )
        )
        register(
            NavItem(
                key="macros",
                label="Macros and texts",
                url_name="casework:macros",
                action="casework.macros",
                order=60,
                section="manage",
                hint="Texts your unit writes often, and several actions done as one.",
            )
        )
