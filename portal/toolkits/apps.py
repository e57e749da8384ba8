from django.apps import AppConfig

#: What the ledger's pages call the steps on entries.
LEDGER_ACTIONS = {
    "toolkits.added": "Began a toolkit entry",
    "toolkits.written": "Wrote a version of a toolkit entry",
    "toolkits.published": "Published a version of a toolkit entry",
    "toolkits.discarded": "Threw away an unpublished version of a toolkit entry",
    "toolkits.withdrawn": "Withdrew a toolkit entry",
    "toolkits.restored": "Gave a withdrawn toolkit entry back",
    "toolkits.file_fetched": "Downloaded a file of the toolkits",
}


class ToolkitsConfig(AppConfig):
    name = "portal.toolkits"
    label = "toolkits"
    verbose_name = "Enroller Toolkits"

    def ready(self) -> None:
        from portal.api import registry
        from portal.ledger import names
        from portal.tenancy import modules
        from portal.toolkits import actions_table  # noqa: F401
        from portal.toolkits.models import MODULE, VIEW
        from portal.toolkits.search import SOURCE
        from portal.ui import search
        from portal.ui.navigation import NavItem, register

        modules.register(MODULE, "Enroller Toolkits")
        registry.register("portal.toolkits.api")
        names.name_actions(LEDGER_ACTIONS)
        search.register(SOURCE)
        register(
            NavItem(
                key="toolkits",
                label="Toolkits",
                url_name="toolkits:index",
                action=VIEW,
                order=45,
                section="resources",
                hint="Job aids, guides, release notes and downloads, searchable.",
                module=MODULE,
            )
        )
