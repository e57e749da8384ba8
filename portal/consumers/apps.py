from django.apps import AppConfig


class ConsumersConfig(AppConfig):
    name = "portal.consumers"
    label = "consumers"
    verbose_name = "Consumers and feeds"

    def ready(self) -> None:
        from portal.consumers.ledger_names import DIRECTORY
        from portal.ledger import names

        names.register(names.CONSUMER, DIRECTORY)
