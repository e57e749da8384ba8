from django.apps import AppConfig

#: What the ledger's pages call the steps of this room.
LEDGER_ACTIONS = {
    "consumers.delegated": "Delegated a consumer to an enroller",
    "consumers.delegations_mirrored": "Took over delegations from the eligibility system",
    "consumers.mirrored": "Took over consumers' data from the eligibility system",
    "consumers.delegation_ended": "Ended a consumer's delegation",
    "consumers.viewed": "Saw a consumer's page",
    "consumers.listed": "Saw consumers in a list",
    "consumers.exported": "Exported a list of consumers",
}


class ConsumersConfig(AppConfig):
    name = "portal.consumers"
    label = "consumers"
    verbose_name = "Consumers and feeds"

    def ready(self) -> None:
        from portal.consumers import (
            actions_table,  # noqa: F401
            needs,
            needs_of_mirror,
        )
        from portal.consumers.ledger_names import DIRECTORY
        from portal.consumers.mirror_feeds import register_all
        from portal.consumers.search import SOURCE
        from portal.ledger import names
        from portal.ui import search

        names.register(names.CONSUMER, DIRECTORY)
        names.name_actions(LEDGER_ACTIONS)
        needs.register(needs_of_mirror.SOURCE)
        search.register(SOURCE)
        register_all()
