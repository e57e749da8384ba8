from django.apps import AppConfig


class StorefrontsConfig(AppConfig):
    name = "storefronts"
    label = "storefronts"
    verbose_name = "Storefronts and Find a Local Enroller"

    def ready(self) -> None:
        from portal.casework import kinds
        from storefronts import actions_table, promises  # noqa: F401
        from storefronts.kind import STOREFRONT

        kinds.register(STOREFRONT)
