from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "portal.casework"
    label = "casework"
    verbose_name = "Casework"

    def ready(self) -> None:
        from portal.casework import actions_table  # noqa: F401
        from portal.casework.deadlines import CaseRows
        from portal.clocks import spine

        spine.register(CaseRows())
