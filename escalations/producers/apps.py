from django.apps import AppConfig


class ProducersConfig(AppConfig):
    name = "escalations.producers"
    label = "producers"
    verbose_name = "Producers' escalations"

    def ready(self) -> None:
        from escalations.producers import (
            actions_table,  # noqa: F401
            promises,  # noqa: F401
            timed,
        )
        from escalations.producers.kind import WORK
        from escalations.tickets.kind import register_work_kind
        from portal.api import registry

        register_work_kind(WORK)
        _register_navigation()
        timed.register()
        registry.register("escalations.producers.api")


def _register_navigation() -> None:
    from escalations.producers.table import KIND
    from portal.ui.navigation import NavItem, register

    for item in (
        NavItem(
            "producer",
            "Escalations",
            "producers:home",
            "producers.view_own",
            15,
            hint="Escalate an issue of your consumers, and see where your escalations stand.",
            module=KIND,
        ),
        NavItem(
            "producer-calls",
            "Record a call",
            "producers:record",
            "producers.record",
            32,
            hint="A producer calls or writes: escalate, or note that it was resolved in the call.",
            module=KIND,
        ),
        NavItem(
            "producer-help",
            "Producer help",
            "producers:help",
            "producers.help",
            90,
            "organization",
            "Whom producers turn to, and for what.",
            module=KIND,
        ),
    ):
        register(item)
