from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "escalations.tickets"
    label = "tickets"
    verbose_name = "Escalation tickets"

    def ready(self) -> None:
        from escalations.tickets import (
            actions_table,  # noqa: F401
            promise,
            promises,  # noqa: F401
            timed,
        )
        from escalations.tickets import panels as blocks
        from escalations.tickets.feed import ACCESS_TO_CARE
        from escalations.tickets.kind import TICKET, register_work_kind
        from escalations.tickets.work import WORK_KINDS
        from portal.api import registry
        from portal.casework import panels
        from portal.consumers import feeds

        for kind in (TICKET, *WORK_KINDS):
            register_work_kind(kind)
        panels.register(
            None,
            "tickets/_promise.html",
            promise.panel,
            15,
            title="What we promise",
            with_status_only=True,
        )
        panels.register(None, "tickets/_holder.html", blocks.holder, 16, title="Help desk ticket")
        panels.register(
            "help_desk", "tickets/_held.html", blocks.held, 16, title="Cases that wait for it"
        )
        _register_navigation()
        feeds.register(ACCESS_TO_CARE)
        timed.register()
        registry.register("escalations.tickets.api")


def _register_navigation() -> None:
    from escalations.tickets import workkinds
    from portal.ui.navigation import NavItem, register

    for item in (
        NavItem(
            "open-ticket",
            "Open a ticket",
            "tickets:open",
            "tickets.open",
            30,
            hint="Hand an issue to the unit that resolves it.",
            offered=lambda actor: bool(workkinds.opened_here(actor.has_module)),
        ),
        NavItem(
            "workload",
            "Workload",
            "tickets:workload",
            "tickets.view_workload",
            35,
            hint="Who has how much in hand.",
        ),
        NavItem(
            "types",
            "Ticket types",
            "tickets:types",
            "tickets.view_types",
            60,
            "organization",
            "What tickets can be about, with the best practices of each.",
        ),
        NavItem(
            "routing",
            "Routing",
            "tickets:routing",
            "tickets.configure",
            85,
            "organization",
            "Which unit a new ticket goes to.",
        ),
        NavItem(
            "imports",
            "Imports",
            "consumers:feeds",
            "tickets.import",
            86,
            "organization",
            "Files that fill the portal, and the rows that were refused.",
        ),
    ):
        register(item)
