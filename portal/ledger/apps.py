from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "portal.ledger"
    label = "ledger"
    verbose_name = "Ledger of what was seen and changed"

    def ready(self) -> None:
        from portal.ledger import actions_table  # noqa: F401
        from portal.ledger.services import record
        from portal.tenancy import audit
        from portal.ui.navigation import NavItem, register

        audit.install(record)
        register(
            NavItem(
                "ledger",
                "Disclosure ledger",
                "ledger:ledger",
                "ledger.view",
                order=70,
                hint="Who saw and changed what, and proof that the record is whole.",
            )
        )
