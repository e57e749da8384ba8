from typing import Any

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "portal.home"
    label = "home"
    verbose_name = "Home"

    def ready(self) -> None:
        from portal.home import actions_table  # noqa: F401
        from portal.home.quick_links import MODULE
        from portal.tenancy import modules
        from portal.tenancy.roles import Family
        from portal.ui.navigation import ORGANIZATION, NavItem, NavMenu, register, register_menu

        def is_enroller(actor: Any) -> bool:
            return actor.family is Family.ENROLLER and actor.has_module(MODULE)

        modules.register(MODULE, "Enrollers' home, its notifications, and Shop and Compare")
        register(NavItem(key="home", label="Home", url_name="home", order=10))
        register_menu(
            NavMenu("agency", "Agency/Entity", frozenset({ORGANIZATION}), offered=is_enroller)
        )
