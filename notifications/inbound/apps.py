from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "notifications.inbound"
    label = "inbound"
    verbose_name = "Mail coming in"

    def ready(self) -> None:
        from notifications import replies
        from notifications.inbound import (
            actions_table,  # noqa: F401
            outgoing,
        )
        from portal.api import registry
        from portal.ledger import names
        from portal.ui.navigation import NavItem, register

        replies.register(outgoing)
        registry.register("notifications.inbound.api")
        names.name_actions(
            {
                "inbound.listed": "Looked at the mail that came in",
                "inbound.seen": "Read a mail that came in",
                "inbound.file_opened": "Opened a file of a mail that came in",
                "inbound.filed": "Filed a mail that came in",
                "inbound.held": "Held a mail that came in for a person",
                "inbound.ignored": "Set aside a mail that came in",
                "inbound.handed": "Handed a mail that came in to a colleague",
                "inbound.forgotten": "Forgot the originals of mails",
            }
        )
        register(
            NavItem(
                key="inbound",
                label="Incoming mail",
                url_name="inbound:triage",
                action="inbound.triage",
                order=45,
                module="constituent",
                hint="What offices wrote by email, and what waits for a decision.",
            )
        )
        register(
            NavItem(
                key="inbound-mailbox",
                label="Incoming mailbox",
                url_name="inbound:mailbox",
                action="inbound.configure",
                order=845,
                section="administration",
                module="constituent",
                hint="Where offices' mail is fetched, and whose address stands for which office.",
            )
        )
