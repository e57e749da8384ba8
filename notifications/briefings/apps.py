from django.apps import AppConfig

#: What the ledger's pages call the steps of this room.
LEDGER_ACTIONS = {
    "briefings.written": "Wrote an enroller briefing",
    "briefings.changed": "Changed an enroller briefing",
    "briefings.approved": "Approved an enroller briefing",
    "briefings.scheduled": "Gave an enroller briefing a time to go out",
    "briefings.canceled": "Stopped an enroller briefing before it went out",
    "briefings.sent": "Sent an enroller briefing",
    "briefings.archived": "Archived an enroller briefing",
    "briefings.tested": "Sent a briefing to oneself as a test",
    "briefings.figures_exported": "Exported the figures of an enroller briefing",
    "briefings.rules_set": "Set the contact and links of enroller briefings",
}


class BriefingsConfig(AppConfig):
    name = "notifications.briefings"
    label = "briefings"
    verbose_name = "Alerts and briefings"

    def ready(self) -> None:
        from notifications.briefings import actions_table  # noqa: F401
        from notifications.briefings.names import ITEM_KIND, MODULE, READ, WRITE
        from notifications.briefings.searching import SOURCE
        from notifications.mailbox import kinds
        from portal.api import registry
        from portal.ledger import names
        from portal.ui import search
        from portal.ui.navigation import NavItem, register

        registry.register("notifications.briefings.api")
        names.name_actions(LEDGER_ACTIONS)
        search.register(SOURCE)
        kinds.register(
            kinds.ItemKind(ITEM_KIND, "Briefing", "Alerts and briefings", "briefings:briefing")
        )
        register(
            NavItem(
                key="briefings",
                label="Alerts and Briefings",
                url_name="briefings:index",
                action=READ,
                order=46,
                section="resources",
                hint="Announcements, changes and dates for enrollers, searchable.",
                module=MODULE,
            )
        )
        register(
            NavItem(
                key="briefings-desk",
                label="Alerts and briefings",
                url_name="briefings:desk",
                action=WRITE,
                order=66,
                section="manage",
                hint="Write to enrollers, have it approved, and see how far it got.",
                module=MODULE,
            )
        )
