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
        from portal.casework import kinds
        from portal.clocks import timed_acts
        from portal.consumers import feeds

        kinds.register(TICKET)
        feeds.register(ACCESS_TO_CARE)
        timed_acts.on_breach("ticket.auto_close", close_in_time)
