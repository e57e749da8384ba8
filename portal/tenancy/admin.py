"""Exchanges' organizations, people and roles on the administration site."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.tenancy import actions, administration, numbering, services
from portal.tenancy.actions import Reach
from portal.tenancy.actor import Actor
from portal.tenancy.adminsite import ServiceForm, ServiceModelAdmin, site
from portal.tenancy.models import (
    ApiToken,
    Exchange,
    Invitation,
    Membership,
    Organization,
    Person,
    Role,
)
from portal.tenancy.modules import all_modules
from portal.tenancy.roles import Family


class ExchangeForm(ServiceForm):
    """An exchange's settings, with the choices there are."""

    modules = forms.MultipleChoiceField(
        label="Kinds of case",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=Exchange._meta.get_field("modules").help_text,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "modules" in self.fields:
            self.fields["modules"].choices = list(all_modules().items())  # type: ignore[attr-defined]


@admin.register(Exchange, site=site)
class ExchangeAdmin(ServiceModelAdmin):
    """The administrator's own exchange. Founding one is a platform matter, not a form's."""

    form = ExchangeForm
    list_display = ("name", "short_name", "time_zone", "require_second_factor")
    fields = (*administration.EXCHANGE_FIELDS, "sample_numbers", "slug", "is_demo")
    readonly_fields = ("sample_numbers", "slug", "is_demo")

    def of_exchange(self, rows: QuerySet[Any], exchange: Exchange) -> QuerySet[Any]:
        return rows.filter(pk=exchange.pk)

    def change(self, actor: Actor, row: Exchange, data: dict[str, Any]) -> Exchange:
        return administration.update_exchange(actor=actor, **data)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved already; say what a new time zone does not move."""
        if "time_zone" in form.changed_data:
            messages.warning(
                request,
                "Dates are shown in the new time zone from now on. Deadlines already given keep"
                " their instants, and calendars keep their own zone.",
            )

    @admin.display(description="Numbers look like")
    def sample_numbers(self, row: Exchange) -> str:
        local = timezone.now().astimezone(ZoneInfo(row.time_zone))
        samples = [
            f"{label}: {numbering.format_number(row.number_formats[key], sequence=1, local=local)}"
            for key, label in all_modules().items()
            if key in row.number_formats
        ]
        return "; ".join(samples) or "As the portal numbers them by itself"


@admin.register(Organization, site=site)
class OrganizationAdmin(ServiceModelAdmin):
    list_display = ("name", "kind", "parent", "has_queue", "is_active")
    list_filter = ("kind", "has_queue", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name", "code", "aliases")
    autocomplete_fields = ("parent",)
    fields = ("kind", "code", "parent", *administration.ORGANIZATION_FIELDS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if obj else tuple(f for f in self.fields if f != "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind", "code", "parent") if obj else ()

    def create(self, actor: Actor, data: dict[str, Any]) -> Organization:
        return services.create_organization(actor=actor, **data)

    def change(self, actor: Actor, row: Organization, data: dict[str, Any]) -> Organization:
        return administration.update_organization(actor=actor, organization=row, **data)


@admin.register(Person, site=site)
class PersonAdmin(ServiceModelAdmin):
    """People of the exchange. They come by invitation; rights come from memberships."""

    list_display = ("full_name", "email", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email")
    fields = ("email", "full_name", "phone", "is_active", "last_login", "joined_at")
    readonly_fields = ("email", "last_login", "joined_at")
    edited_at = "tenancy:people"

    def of_exchange(self, rows: QuerySet[Any], exchange: Exchange) -> QuerySet[Any]:
        members = Membership.objects.filter(exchange=exchange).values("person_id")
        return rows.filter(pk__in=members, is_superuser=False)

    def change(self, actor: Actor, row: Person, data: dict[str, Any]) -> Person:
        if (is_active := data.pop("is_active")) != row.is_active:
            services.set_person_active(actor=actor, person=row, is_active=is_active)
        return administration.update_person(actor=actor, person=row, **data)


@admin.register(Membership, site=site)
class MembershipAdmin(ServiceModelAdmin):
    list_display = ("person", "role", "organization", "is_active", "since")
    list_filter = ("is_active",)
    list_select_related = ("person", "role", "organization")
    search_fields = ("person__full_name", "person__email", "organization__name")
    autocomplete_fields = ("person", "organization")
    fields = (
        *("person", "organization", "role", "languages", "skills", "capacity"),
        *("license_number", "is_active", "since"),
    )
    readonly_fields = ("since",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if obj else ("person", "organization", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        ended = () if obj.is_active else ("is_active", "languages", "skills", "capacity")
        licensed = obj.is_active and obj.role.spec.family is Family.ENROLLER
        fixed = () if licensed else ("license_number",)
        return ("person", "organization", "role", "since", *ended, *fixed)

    def create(self, actor: Actor, data: dict[str, Any]) -> Membership:
        role = data.pop("role")
        return services.add_membership(actor=actor, role_key=role.key, **data)

    def change(self, actor: Actor, row: Membership, data: dict[str, Any]) -> Membership:
        if "languages" in data:
            administration.set_skills(
                actor=actor,
                membership=row,
                languages=data["languages"] or [],
                skills=data["skills"] or [],
                capacity=data["capacity"],
            )
        if "license_number" in data:
            administration.set_license_number(
                actor=actor, membership=row, license_number=data["license_number"]
            )
        if data.get("is_active") is False and row.is_active:
            services.end_membership(actor=actor, membership=row)
        return row


class RoleForm(ServiceForm):
    """What a role may do, as check boxes: the actions within the role's reach."""

    actions = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "actions" in self.fields:
            self.fields["actions"].choices = [  # type: ignore[attr-defined]
                (action.key, f"{action.label} ({action.key})")
                for action in actions.all_actions()
                if action.reach is Reach.ANYONE or not self.instance.spec.outside
            ]


@admin.register(Role, site=site)
class RoleAdmin(ServiceModelAdmin):
    """The permission table: one row for each role of the field, as this exchange has it."""

    form = RoleForm
    list_display = ("label", "family", "count")
    search_fields = ("key",)
    fields = ("key", "actions")
    readonly_fields = ("key",)
    edited_at = "permissions"

    def change(self, actor: Actor, row: Role, data: dict[str, Any]) -> Role:
        return services.set_role_actions(actor=actor, role=row, action_keys=data["actions"])

    @admin.display(description="Role", ordering="key")
    def label(self, row: Role) -> str:
        return row.spec.label

    @admin.display(description="Family")
    def family(self, row: Role) -> str:
        return row.spec.family.value.replace("-", " ").capitalize()

    @admin.display(description="Actions")
    def count(self, row: Role) -> int:
        return len(row.actions)


@admin.register(Invitation, site=site)
class InvitationAdmin(ServiceModelAdmin):
    """Sent from the people page, where they are also revoked and sent again."""

    list_display = ("full_name", "email", "organization", "role", "expires_at", "accepted_at")
    list_select_related = ("organization", "role")
    search_fields = ("full_name", "email")
    fields = (
        "full_name",
        "email",
        "organization",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    edited_at = "tenancy:people"


@admin.register(ApiToken, site=site)
class ApiTokenAdmin(ServiceModelAdmin):
    """Who holds tokens, to see what is left behind; their owners create and revoke them."""

    list_display = ("name", "prefix", "membership", "read_only", "expires_at", "revoked_at")
    list_select_related = ("membership__person", "membership__role", "membership__organization")
    fields = (
        "name",
        "prefix",
        "membership",
        "read_only",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
