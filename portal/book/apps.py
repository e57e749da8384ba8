from django.apps import AppConfig


class BookConfig(AppConfig):
    name = "portal.book"
    label = "book"
    verbose_name = "Consumers and the book of business"

    def ready(self) -> None:
        from portal.api import registry
        from portal.book import actions_table  # noqa: F401
        from portal.tenancy import modules
        from portal.ui.navigation import NavItem, register

        modules.register("book", "Book of business")
        registry.register("portal.book.api")
        register(
            NavItem(
                "book",
                "Book of business",
                "book:list",
                "book.view",
                16,
                hint="Your active consumers, and what each of them needs next.",
                module="book",
            )
        )
