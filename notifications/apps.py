from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"
    verbose_name = "Messages"

    def ready(self) -> None:
        from notifications import (
            actions_table,  # noqa: F401
            posts_home,
        )
        from notifications.bells import closures, failures
        from notifications.invitations import on_invited
        from notifications.views import bell
        from portal.api import registry
        from portal.clocks.signals import calendar_changed
        from portal.consumers.signals import feed_refused
        from portal.ledger import names
        from portal.tenancy.signals import invited
        from portal.ui import live
        from portal.ui.navigation import NavItem, register

        calendar_changed.connect(
            closures.on_calendar_changed, dispatch_uid="notifications.closures"
        )
        feed_refused.connect(failures.on_feed_refused, dispatch_uid="notifications.failures")
        names.name_actions(
            {
                "notifications.announced": "Announced something by bell",
                "notifications.announcement_withdrawn": "Withdrew an announcement by bell",
            }
        )
        register(
            NavItem(
                key="notices",
                label="Announce by bell",
                url_name="notifications:notices",
                action="notifications.announce",
                order=66,
                section="manage",
                hint="System outages and other words to many, by bell.",
            )
        )
        invited.connect(on_invited, dispatch_uid="notifications.invitation")
        register(
            NavItem(
                key="messages",
                label="Messages",
                url_name="notifications:outbox",
                action="notifications.operate",
                order=840,
                section="administration",
                hint="What waits to be sent, what could not be, and the wording of every message.",
            )
        )
        live.register(
            live.LiveCount(
                key="bell",
                label="Notifications",
                one="new notification",
                many="new notifications",
                url_name="notifications:bell",
                newest_url_name="notifications:bell-newest",
                symbol="bell",
                waiting=bell.waiting,
                action=bell.READ,
            )
        )
        for module in ("notifications.api", "notifications.bells.api", "notifications.posts_api"):
            registry.register(module)
        posts_home.register()
