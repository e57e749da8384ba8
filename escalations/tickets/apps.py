from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "escalations.tickets"
    label = "tickets"
    verbose_name = "Escalation tickets"

    def ready(self) -> None:
        from escalations.tickets import actions_table  # noqa: F401
        from escalations.tickets.feed import ACCESS_TO_CARE
        from escalations.tickets.kind import TICKET
        from escalations.tickets.services import close_in_time
        from portal.api import registry
        from portal.casework import kinds
        from portal.clocks import timed_acts
        from portal.consumers import feeds

        kinds.register(TICKET)
        _register_navigation()
        feeds.register(ACCESS_TO_CARE)
        timed_acts.on_breach("ticket.auto_close", close_in_time)
        registry.register("escalations.tickets.api")


def _register_navigation() -> None:
    from portal.ui.navigation import NavItem, register

    register(NavItem("open-ticket", "Open a ticket", "tickets:open", "tickets.open", 30))
    register(
        NavItem("types", "Ticket types", "tickets:types", "tickets.view_types", 60, "organization")
    )
    register(
        NavItem("routing", "Routing", "tickets:routing", "tickets.configure", 85, "organization")
    )
    register(NavItem("imports", "Imports", "consumers:feeds", "tickets.import", 86, "organization"))
