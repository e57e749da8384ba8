from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"
    label = "retention"
    verbose_name = "Consumer Retention Workspace"

    def ready(self) -> None:
        from portal.casework import kinds
        from retention import actions_table  # noqa: F401
        from retention.kind import CRW

        kinds.register(CRW)
