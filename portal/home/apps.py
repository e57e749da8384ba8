from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "portal.home"
    label = "home"
    verbose_name = "Home"

    def ready(self) -> None:
        from portal.ui.navigation import NavItem, register

        register(NavItem(key="home", label="Home", url_name="home", order=10))
