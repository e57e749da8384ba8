"""Letter templates on the administration site; their words are written on the template's page."""

from typing import Any

from django.contrib import admin

from escalations.letters import configuration
from escalations.letters.models import LetterTemplate
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceModelAdmin, site


@admin.register(LetterTemplate, site=site)
class LetterTemplateAdmin(ServiceModelAdmin):
    """What a template is called and serves; a version needs two people, so it is not made here."""

    action = configuration.CONFIGURE
    list_display = ("title", "key", "language", "audience", "is_active")
    list_filter = ("language", "is_active")
    search_fields = ("title", "key")
    fields = ("key", "title", "language", "serves", "audience", "is_active")

    def get_readonly_fields(
        self, request: Any, obj: LetterTemplate | None = None
    ) -> tuple[str, ...]:
        return ("key", "language") if obj else ("is_active",)

    def create(self, actor: Actor, data: dict[str, Any]) -> LetterTemplate:
        return configuration.add_template(actor=actor, **data)

    def change(self, actor: Actor, row: LetterTemplate, data: dict[str, Any]) -> LetterTemplate:
        return configuration.change_template(actor=actor, template=row, **data)
