from django.apps import AppConfig


class ConstituentConfig(AppConfig):
    name = "escalations.constituent"
    label = "constituent"
    verbose_name = "Constituent cases"

    def ready(self) -> None:
        from escalations.constituent import actions_table  # noqa: F401
        from escalations.constituent.kind import CONSTITUENT
        from portal.casework import kinds

        kinds.register(CONSTITUENT)
