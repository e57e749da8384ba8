from django.apps import AppConfig


class ConstituentConfig(AppConfig):
    name = "escalations.constituent"
    label = "constituent"
    verbose_name = "Constituent cases"

    def ready(self) -> None:
        from escalations.constituent import (
            actions_table,  # noqa: F401
            promises,  # noqa: F401
            timed,
        )
        from escalations.constituent.kind import CONSTITUENT
        from escalations.constituent.panel import reply_panel
        from portal.api import registry
        from portal.casework import kinds, panels
        from portal.ledger import names
        from portal.ui import cards
        from portal.ui.navigation import NavItem, register

        kinds.register(CONSTITUENT)
        timed.register()
        registry.register("escalations.constituent.api")
        names.name_actions({"constituent.opened": "Opened a constituent case"})
        panels.register(
            "constituent",
            "constituent/_reply.html",
            reply_panel,
            order=10,
            title="Send information",
            with_status_only=True,
        )
        cards.register_step(
            cards.FirstStep(
                "constituent-new", "Submit a case", "constituent:new", "constituent.submit", 10
            )
        )
        cards.register_step(
            cards.FirstStep(
                "constituent-record",
                "Record a case",
                "constituent:record",
                "constituent.record",
                20,
            )
        )
        register(
            NavItem(
                "constituent-new",
                "Submit a case",
                "constituent:new",
                "constituent.submit",
                30,
                hint="Bring a constituent's case to the exchange.",
            )
        )
        register(
            NavItem(
                "referrals",
                "Referrals",
                "referrals:contacts",
                "tenancy.administer",
                87,
                "organization",
                "Whom a case outside the exchange's jurisdiction is referred to.",
            )
        )
