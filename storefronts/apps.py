from django.apps import AppConfig


class StorefrontsConfig(AppConfig):
    name = "storefronts"
    label = "storefronts"
    verbose_name = "Storefronts and Find a Local Enroller"

    def ready(self) -> None:
        from portal.casework import kinds
        from storefronts import actions_table, promises  # noqa: F401
        from storefronts.applications import wiring as applications
        from storefronts.campaigns import wiring as campaigns
        from storefronts.contacts import wiring as contacts
        from storefronts.kind import STOREFRONT
        from storefronts.outside import wiring as outside
        from storefronts.review import wiring as review
        from storefronts.status import wiring as status

        kinds.register(STOREFRONT)
        applications.register()
        campaigns.register()
        contacts.register()
        outside.register()
        review.register()
        status.register()
