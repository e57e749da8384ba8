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
        from notifications.invitations import on_invited
        from portal.api import registry
        from portal.tenancy.signals import invited
        from portal.ui.navigation import NavItem, register

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
        registry.register("notifications.api")
        posts_home.register()
