from django.apps import AppConfig


class ConstituentConfig(AppConfig):
    name = "escalations.constituent"
    label = "constituent"
    verbose_name = "Constituent cases"

    def ready(self) -> None:
        from escalations.constituent import (
            actions_table,  # noqa: F401
            timed,
        )
        from escalations.constituent.kind import CONSTITUENT
        from portal.api import registry
        from portal.casework import kinds

        kinds.register(CONSTITUENT)
        timed.register()
        registry.register("escalations.constituent.api")
