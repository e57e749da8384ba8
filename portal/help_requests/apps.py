from django.apps import AppConfig


class HelpRequestsConfig(AppConfig):
    name = "portal.help_requests"
    label = "help_requests"
    verbose_name = "Help requests"

    def ready(self) -> None:
        from portal.api import registry
        from portal.casework import consumer_links, kinds, panels
        from portal.help_requests import (
            actions_table,  # noqa: F401
            promises,  # noqa: F401
            timed,
        )
        from portal.help_requests.kind import HELP_REQUEST, requests_about
        from portal.help_requests.panel import rating_panel
        from portal.ledger import names

        kinds.register(HELP_REQUEST)
        timed.register()
        registry.register("portal.help_requests.api")
        consumer_links.register(HELP_REQUEST.key, requests_about)
        consumer_links.register_act(
            consumer_links.ConsumerAct(
                "help-request",
                "Open a help request",
                "help_requests:new",
                "help_requests.submit_consumer",
                module=HELP_REQUEST.key,
            )
        )
        panels.register(
            HELP_REQUEST.key,
            "help_requests/_rate.html",
            rating_panel,
            order=5,
            title="How did we do?",
            with_status_only=True,
        )
        names.name_actions(
            {
                "help_request.opened": "Submitted a help request",
                "help_requests.shown": "Showed a help request to its enroller",
                "help_requests.consumers_found": "Showed consumers to choose from",
            }
        )
        _register_pages()


def _register_pages() -> None:
    from portal.help_requests.panel import open_requests_card
    from portal.help_requests.table import KIND
    from portal.ui import cards
    from portal.ui.navigation import NavItem, register

    register(
        NavItem(
            "help-requests",
            "Help requests",
            "help_requests:home",
            "help_requests.view_own",
            18,
            hint="Ask the exchange for help, and see where your requests stand.",
            module=KIND,
        )
    )
    register(
        NavItem(
            "help-request-figures",
            "Help request satisfaction",
            "help_requests:figures",
            "help_requests.view_figures",
            72,
            "manage",
            "How satisfied enrollers are with help requests, by topic and month.",
            module=KIND,
        )
    )
    cards.register_step(
        cards.FirstStep(
            "help-request-new",
            "Submit a help request",
            "help_requests:new",
            "help_requests.submit",
            30,
            module=KIND,
        )
    )
    cards.register(
        cards.Card(
            "help-requests",
            "Help requests",
            "help_requests/_card.html",
            open_requests_card,
            order=40,
            action="help_requests.view_own",
            module=KIND,
        )
    )
