from django.apps import AppConfig


class BookConfig(AppConfig):
    name = "portal.book"
    label = "book"
    verbose_name = "Consumers and the book of business"

    def ready(self) -> None:
        from portal.tenancy import modules

        modules.register("book", "Book of business")
