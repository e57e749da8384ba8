from django.apps import AppConfig

#: What the ledger's pages call the steps of this room.
LEDGER_ACTIONS = {
    "delegations.searched": "Searched with the Delegation Tool",
    "delegations.search_limited": "Was refused a search: too many within the hour",
    "delegations.disclaimers_accepted": "Noted that a consumer accepted the disclaimers",
    "delegations.passcode_sent": "Asked for a delegation passcode",
    "delegations.passcode_wrong": "Entered a wrong delegation passcode",
    "delegations.passcode_expired": "Let a delegation passcode expire",
    "delegations.passcode_locked": "Met the lock after wrong delegation passcodes",
    "delegations.delegated_by_tool": "Delegated a consumer by passcode",
    "delegations.search_given_up": "Ended a search of the Delegation Tool",
    "delegations.requested": "Asked for a delegation",
    "delegations.accepted": "Accepted a delegation",
    "delegations.declined": "Declined a delegation",
    "delegations.expired": "Let a pending delegation expire",
    "delegations.transferred": "Transferred a delegation",
    "delegations.ended": "Ended a delegation as the enroller",
    "delegations.found": "Looked for a consumer to change a delegation",
    "delegations.seen": "Saw a consumer's delegations",
    "delegations.added": "Added a delegation for the primary contact",
    "delegations.removed": "Removed a delegation for the primary contact",
    "delegations.disclaimers_published": "Published disclaimers of the Delegation Tool",
    "delegations.rules_set": "Set the rules of delegations",
}


class DelegationsConfig(AppConfig):
    name = "portal.delegations"
    label = "delegations"
    verbose_name = "Delegation Tool"

    def ready(self) -> None:
        from portal.api import registry
        from portal.delegations import actions_table  # noqa: F401
        from portal.delegations.selectors import pending_card
        from portal.ledger import names
        from portal.tenancy import modules
        from portal.ui import cards
        from portal.ui.navigation import ORGANIZATION, NavItem, register

        modules.register("delegations", "Delegation Tool")
        cards.register(
            cards.Card(
                "pending-delegations",
                "Pending Delegations",
                "delegations/_card.html",
                pending_card,
                order=30,
                action="delegations.decide",
                module="delegations",
            )
        )
        names.name_actions(LEDGER_ACTIONS)
        registry.register("portal.delegations.api")
        for item in (
            NavItem(
                "delegation-tool",
                "Delegation Tool",
                "delegations:search",
                "delegations.search",
                45,
                module="delegations",
                hint="Find a consumer who is with you, and be delegated to them.",
            ),
            NavItem(
                "delegations",
                "Delegations",
                "delegations:standing",
                "delegations.view",
                46,
                section=ORGANIZATION,
                module="delegations",
                hint="Accept what is pending, transfer and end delegations.",
            ),
            NavItem(
                "delegations-manage",
                "Delegations",
                "delegations:manage",
                "delegations.manage",
                46,
                module="delegations",
                hint="Add or remove a delegation with the primary contact on the phone.",
            ),
        ):
            register(item)
