from django.apps import AppConfig

#: What the ledger's pages call the steps of this room.
LEDGER_ACTIONS = {
    "consumers.delegated": "Delegated a consumer to an enroller",
    "consumers.delegation_ended": "Ended a consumer's delegation",
}


class ConsumersConfig(AppConfig):
    name = "portal.consumers"
    label = "consumers"
    verbose_name = "Consumers and feeds"

    def ready(self) -> None:
        from portal.consumers import actions_table  # noqa: F401
        from portal.consumers.ledger_names import DIRECTORY
        from portal.ledger import names

        names.register(names.CONSUMER, DIRECTORY)
        names.name_actions(LEDGER_ACTIONS)
