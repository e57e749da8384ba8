from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "portal.reference"
    label = "reference"
    verbose_name = "Documentation made from the portal's own tables"

    def ready(self) -> None:
        from portal.tenancy.actions import register
        from portal.tenancy.roles import STAFF

        register(
            "reference.view",
            "Read who may do what, and how each kind of case moves",
            roles=STAFF,
        )
