from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "notifications.channels"
    label = "channels"
    verbose_name = "Channels and preferences"

    def ready(self) -> None:
        from notifications.channels import actions_table  # noqa: F401
        from notifications.channels.hooks import MANAGE
        from notifications.channels.inbox import ITEM_KIND
        from notifications.channels.services import SET_RULES
        from notifications.mailbox.kinds import ItemKind
        from notifications.mailbox.kinds import register as register_kind
        from portal.api import registry
        from portal.ledger import names
        from portal.ui.navigation import NavItem, register

        names.name_actions(
            {
                "channels.chosen": "Chose how they are told",
                "channels.rules_set": "Set how people are told who have not chosen",
                "channels.quiet_hours_set": "Set quiet hours",
                "channels.webhook_registered": "Registered a webhook",
                "channels.webhook_changed": "Changed a webhook",
                "channels.webhook_removed": "Removed a webhook",
                "channels.webhook_secret_renewed": "Renewed the secret of a webhook",
                "channels.webhook_disabled": "Switched off a webhook nobody answered",
                "channels.webhook_sent_again": "Sent an event to a webhook again",
            }
        )
        registry.register("notifications.channels.api")
        register_kind(
            ItemKind(ITEM_KIND, "Notification", "Notifications", "channels:mailbox-entry")
        )
        register(
            NavItem(
                key="channels-rules",
                label="Channels and quiet hours",
                url_name="channels:rules",
                action=SET_RULES,
                order=842,
                section="administration",
                hint="How people are told who have not chosen, and when mail and texts wait.",
            )
        )
        register(
            NavItem(
                key="webhooks",
                label="Webhooks",
                url_name="channels:webhooks",
                action=MANAGE,
                order=843,
                section="administration",
                hint="Programs that are told of what happens to cases.",
            )
        )
