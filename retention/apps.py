from django.apps import AppConfig

#: What the ledger's pages call the steps that are no acts of a case.
LEDGER_ACTIONS = {
    "retention.reason_added": "Added a resolution reason",
    "retention.reason_changed": "Changed a resolution reason",
    "retention.risk_model_trained": "Trained a risk model",
    "retention.risk_model_used": "Put a risk model into use",
    "retention.risk_model_retired": "Took a risk model out of use",
    "retention.exported": "Exported a list of CRW cases",
    "retention.report_exported": "Exported a report of CRW activities",
}


class RetentionConfig(AppConfig):
    name = "retention"
    label = "retention"
    verbose_name = "Consumer Retention Workspace"

    def ready(self) -> None:
        from portal.casework import kinds
        from portal.consumers import book, feeds
        from portal.ledger import names
        from retention import (
            actions_table,  # noqa: F401
            elsewhere,
        )
        from retention.feed import RENEWALS
        from retention.following import follow_consumers
        from retention.kind import CRW

        kinds.register(CRW)
        book.on_change(follow_consumers)
        feeds.register(RENEWALS)
        names.name_actions(LEDGER_ACTIONS)
        elsewhere.register()
