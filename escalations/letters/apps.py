from django.apps import AppConfig

#: What the ledger's pages call the steps that are no acts of a case.
LEDGER_ACTIONS = {
    "letters.opened": "Read a letter",
    "letters.edited": "Changed the words of a letter",
    "letters.template_added": "Added a letter template",
    "letters.template_changed": "Changed what a letter template serves",
    "letters.template_written": "Wrote a version of a letter template",
    "letters.template_asked": "Sent a version of a letter template for approval",
    "letters.template_approved": "Approved a version of a letter template",
    "letters.template_returned": "Returned a version of a letter template",
}


class LettersConfig(AppConfig):
    name = "escalations.letters"
    label = "letters"
    verbose_name = "Response letters"

    def ready(self) -> None:
        from escalations.letters import actions_table  # noqa: F401
        from escalations.letters.panel import panel
        from portal.api import registry
        from portal.casework import panels
        from portal.ledger import names
        from portal.ui.navigation import NavItem, register

        registry.register("escalations.letters.api")
        panels.register(None, "letters/_panel.html", panel, order=40, title="Letters")
        names.name_actions(LEDGER_ACTIONS)
        register(
            NavItem(
                "letters-waiting",
                "Letters to approve",
                "letters:waiting",
                "letters.approve",
                62,
                "organization",
                "Letters colleagues wrote that wait for a second pair of eyes.",
            )
        )
        register(
            NavItem(
                "letter-templates",
                "Letter templates",
                "letters:templates",
                "letters.view_templates",
                63,
                "organization",
                "The words of response letters, version by version.",
            )
        )
