from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "escalations.tickets"
    label = "tickets"
    verbose_name = "Escalation tickets"

    def ready(self) -> None:
        from escalations.tickets import actions_table  # noqa: F401
        from escalations.tickets.kind import TICKET
        from portal.casework import kinds

        kinds.register(TICKET)
