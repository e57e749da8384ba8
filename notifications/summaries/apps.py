from django.apps import AppConfig

#: What the ledger's pages call the steps of this room.
LEDGER_ACTIONS = {
    "summaries.made": "Made the daily summaries of a day",
    "summaries.opened": "Opened a daily summary",
    "summaries.exported": "Exported a daily summary",
    "summaries.forgotten": "Deleted daily summaries that are no longer kept",
    "summaries.rules_set": "Set the rules of daily summaries",
}


class SummariesConfig(AppConfig):
    name = "notifications.summaries"
    label = "summaries"
    verbose_name = "Daily summaries"

    def ready(self) -> None:
        from notifications.mailbox.kinds import ItemKind
        from notifications.mailbox.kinds import register as register_kind
        from notifications.summaries import actions_table  # noqa: F401
        from notifications.summaries.making import ITEM_KIND
        from notifications.summaries.models import MODULE
        from portal.api import registry
        from portal.ledger import names
        from portal.tenancy import modules

        modules.register(MODULE, "Daily summaries")
        names.name_actions(LEDGER_ACTIONS)
        registry.register("notifications.summaries.api")
        register_kind(
            ItemKind(
                ITEM_KIND,
                "Daily summary",
                "Daily summaries",
                "summaries:summary",
                forgets_itself=True,
            )
        )
