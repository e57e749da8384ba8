from django.apps import AppConfig

#: What the ledger's pages call the steps that are no acts of a case.
LEDGER_ACTIONS = {
    "tiers.units_set": "Set the units of the tiers",
    "tiers.type_clocks_set": "Set which types start a promise",
    "tiers.level_changed": "Changed a published service level",
}


class TiersConfig(AppConfig):
    name = "escalations.tiers"
    label = "tiers"
    verbose_name = "Members' cases in tiers"

    def ready(self) -> None:
        from escalations.appeals.packets import packet_panel
        from escalations.tickets.kind import register_work_kind
        from escalations.tiers import actions_table, promises, timed  # noqa: F401
        from escalations.tiers.kind import MEMBER_CASE, PLAN_APPEAL
        from portal.api import registry
        from portal.casework import panels
        from portal.ledger import names

        register_work_kind(MEMBER_CASE)
        register_work_kind(PLAN_APPEAL)
        panels.register(
            PLAN_APPEAL.key, "appeals/_packet.html", packet_panel, order=20, title="Appeal packet"
        )
        timed.register()
        names.name_actions(LEDGER_ACTIONS)
        registry.register("escalations.tiers.api")
        _register_navigation()


def _register_navigation() -> None:
    from portal.ui.navigation import NavItem, register

    for item in (
        NavItem(
            "open-member-case",
            "Open a member's case",
            "tiers:open",
            "tiers.open",
            25,
            hint="A call, an email or a chat becomes a case.",
            module="member_case",
        ),
        NavItem(
            "service-levels",
            "Service levels",
            "tiers:levels",
            "tiers.view_levels",
            64,
            "organization",
            "What the exchange promises to members and employers, and how it is kept.",
            module="member_case",
        ),
        NavItem(
            "tiers",
            "Tiers",
            "tiers:settings",
            "tiers.configure",
            87,
            "organization",
            "The unit of each tier, and which types start which promise.",
            module="member_case",
        ),
    ):
        register(item)
