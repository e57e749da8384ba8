from django.apps import AppConfig

#: What the timeline says of the steps of signing online; the common steps are the spine's.
EVENT_LABELS = {
    "release_link_sent": "Link to sign a release sent to the constituent",
    "release_link_locked": "Link to sign a release locked after wrong passcodes",
    "release_declined": "The constituent declined to sign a release",
}


class ReleasesConfig(AppConfig):
    name = "escalations.releases"
    label = "releases"
    verbose_name = "Release forms"

    def ready(self) -> None:
        from escalations.releases import actions_table  # noqa: F401
        from escalations.releases.ledger_names import ACTIONS, DIRECTORY
        from escalations.releases.panel import panel
        from portal.api import registry
        from portal.casework import panels, projection
        from portal.ledger import names
        from portal.ui.navigation import NavItem, register

        registry.register("escalations.releases.api")
        panels.register(
            "constituent",
            "releases/_panel.html",
            panel,
            order=30,
            title="Release forms",
            with_status_only=True,
        )
        names.register(names.RELEASE, DIRECTORY)
        names.name_actions(ACTIONS)
        projection.EVENT_LABELS.update(EVENT_LABELS)
        register(
            NavItem(
                "releases",
                "Release forms",
                "releases:waiting",
                "releases.view",
                order=40,
                hint="Signed forms to check before an office sees a case's details.",
            )
        )
