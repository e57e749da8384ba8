from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "notifications.mailbox"
    label = "mailbox"
    verbose_name = "Secure mailbox"

    def ready(self) -> None:
        from notifications.mailbox import (
            actions_table,  # noqa: F401
            kinds,
        )
        from notifications.mailbox.names import CONFIGURE, CONVERSATION, HOLD, MODULE, USE
        from notifications.mailbox.unread import waiting_for
        from portal.api import registry
        from portal.ledger import names
        from portal.ui import live
        from portal.ui.navigation import NavItem, register

        registry.register("notifications.mailbox.api")
        kinds.register(
            kinds.ItemKind(
                key=CONVERSATION, label="Conversation", plural="", url_name="mailbox:conversation"
            )
        )
        names.name_actions(
            {
                "mailbox.begun": "Began a conversation",
                "mailbox.answered": "Answered in a conversation",
                "mailbox.opened": "Read a conversation",
                "mailbox.file_opened": "Opened a file of a conversation",
                "mailbox.taken": "Took a conversation of the team",
                "mailbox.given_back": "Gave a conversation back to the team",
                "mailbox.handed_on": "Handed a conversation on to another team",
                "mailbox.settled": "Said that a message needs no answer",
                "mailbox.held": "Put a legal hold on a conversation",
                "mailbox.hold_ended": "Ended the legal hold on a conversation",
                "mailbox.forgotten": "Forgot conversations whose time was over",
            }
        )
        live.register(
            live.LiveCount(
                key="mailbox",
                label="Secure Mailbox",
                one="new message",
                many="new messages",
                url_name="mailbox:index",
                symbol="inbox",
                waiting=waiting_for,
                action=USE,
                module=MODULE,
                order=50,
            )
        )
        register(
            NavItem(
                key="mailbox-settings",
                label="Mailbox teams",
                url_name="mailbox:settings",
                action=CONFIGURE,
                order=846,
                section="administration",
                module=MODULE,
                hint="Which teams can be written to, and how long mailboxes keep what they hold.",
            )
        )
        register(
            NavItem(
                key="mailbox-hold",
                label="Legal holds",
                url_name="mailbox:hold",
                action=HOLD,
                order=847,
                section="administration",
                module=MODULE,
                hint="Conversations of the secure mailbox that are not deleted, however old.",
            )
        )
