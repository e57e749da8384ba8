"""The administration site: lists and forms of an exchange's configuration, behind the services.

Only an exchange's administrators and the platform's superuser come in, each into one exchange.
Nothing here writes by itself: a form hands what was entered to the service of the room, which
checks and records it, so that this is one more door and not a way around. A model without a
service cannot be changed here, and no model holding details of a case is here at all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from typing import Any

import pghistory
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from portal.tenancy import actions
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Exchange, Person

ADMINISTER = "tenancy.administer"
_HISTORY_LIMIT = 100


def actor_of(request: HttpRequest) -> Actor | None:
    """Who administers here: the signed-in actor, or the superuser in the exchange they chose."""
    if request.actor:  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined]
    if not hasattr(request, "_platform_actor"):
        exchange = Exchange.objects.filter(pk=request.session.get("exchange_id") or 0).first()
        request._platform_actor = exchange and Actor(  # type: ignore[attr-defined]
            exchange=exchange,
            person=request.user,  # type: ignore[arg-type]
            actions=frozenset(actions.default_actions("exchange_administrator")),
            channel="platform",
            request_id=getattr(request, "request_id", ""),
        )
    return request._platform_actor  # type: ignore[attr-defined]


class PortalAdminSite(admin.AdminSite):
    """Signs in through the portal's own page, and shows nothing before an exchange is chosen."""

    site_header = "Liaison administration"
    site_title = "Liaison administration"
    index_title = "Configuration of the exchange"
    index_template = "admin_site/index.html"
    final_catch_all_view = True

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        if actor:
            return actor.may(ADMINISTER)
        person = request.user
        return bool(person.is_authenticated and person.is_active and person.is_superuser)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, but refuse (and record) instead of asking a signed-in person again."""

        checked = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise NotAllowed(ADMINISTER)
            return checked(request, *args, **kwargs)

        return update_wrapper(guarded, checked)

    @method_decorator(login_not_required)
    def login(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The portal has one sign-in page, with its second factor and its limits."""
        back = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if request.user.is_authenticated and self.has_permission(request):
            return redirect("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: back})}")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            logout(request)
        return redirect("account_login")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        choose = self.admin_view(require_POST(self.choose_exchange))
        return [path("exchange/", choose, name="choose_exchange"), *super().get_urls()]

    def choose_exchange(self, request: HttpRequest) -> HttpResponse:
        """The superuser works in one exchange at a time; an administrator only in their own."""
        if not request.user.is_superuser:
            raise Http404
        wanted = request.POST.get("exchange", "")
        found = Exchange.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
        if found is None:
            raise Http404
        request.session["exchange_id"] = found.pk
        return redirect("admin:index")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if self.has_permission(request):
            actor = actor_of(request)
            context["exchange"] = actor.exchange if actor else None
            context["exchanges"] = Exchange.objects.all() if request.user.is_superuser else ()
        return context

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take only our own classes: a stock one would write without a service."""
        if admin_class is None or not issubclass(admin_class, ServiceModelAdmin):
            raise TypeError("Models are registered here with a ServiceModelAdmin.")
        super().register(model_or_iterable, admin_class, **options)


site = PortalAdminSite(name="admin")


@dataclass(frozen=True)
class Revision:
    """One line of an object's history: what was changed, when (UTC) and by whom."""

    at: datetime
    label: str
    person: str
    changes: Sequence[tuple[str, Any, Any]]


class ServiceForm(ModelForm):
    """A form whose last check is the service itself, so that its refusals stand beside fields.

    The service runs in a savepoint of the request's transaction, once the shape is right.
    """

    write: Callable[[dict[str, Any]], models.Model]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.has_changed():
            return
        try:
            with transaction.atomic():
                written = self.write(self.cleaned_data)
        except ValidationError as error:
            self._show(error)
        else:
            self.instance.__dict__.update(written.__dict__)

    def _show(self, error: ValidationError) -> None:
        by_field = error.error_dict if hasattr(error, "error_dict") else {None: error}
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)

    def save(self, commit: bool = True) -> models.Model:
        """The service has saved it."""
        self.save_m2m = lambda: None  # type: ignore[method-assign]
        return self.instance


class ServiceModelAdmin(admin.ModelAdmin):
    """One model on the site. A class without ``create`` or ``change`` can only be read."""

    form = ServiceForm
    actions = None
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    object_history_template = "admin_site/history.html"
    #: What the actor must have beside being here at all.
    action: str = ADMINISTER
    #: Where the portal's own pages do what this site does not, as a URL name.
    edited_at: str = ""
    change_list_template = "admin_site/change_list.html"
    #: Method ``(actor, data) -> row`` that calls the service which creates.
    create: Callable[..., models.Model] | None = None
    #: Method ``(actor, row, data) -> row`` that calls the service which changes a stored row.
    change: Callable[..., models.Model] | None = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Rows of the actor's exchange; row-level security says the same once more."""
        actor = actor_of(request)
        rows = super().get_queryset(request)
        return self.of_exchange(rows, actor.exchange) if actor else rows.none()

    def of_exchange(self, rows: models.QuerySet[Any], exchange: Exchange) -> models.QuerySet[Any]:
        return rows.filter(exchange=exchange)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer what the target's own list shows here, and nothing of a model without one."""
        target = self.admin_site._registry.get(db_field.remote_field.model)
        if "queryset" not in kwargs and target is not None:
            kwargs["queryset"] = target.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filter by the list's own filters only: no question may reach into another table."""
        offered = [str(item) for item in self.list_filter]
        return any(lookup in (name, f"{name}__exact", f"{name}__id__exact") for name in offered)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = actor_of(request) if self.admin_site.has_permission(request) else None
        return actor is not None and actor.may(self.action)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.create is not None and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.change is not None and self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was in use is switched off, and stays readable in the record."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with pghistory.context(person=request.user.pk):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        base = super().get_form(request, obj, change=change, **kwargs)

        def write(form: ServiceForm, data: dict[str, Any]) -> models.Model:
            actor = actor_of(request)
            if actor is None:
                raise PermissionDenied
            if obj is None and self.create is not None:
                return self.create(actor, data)
            if obj is not None and self.change is not None:
                # The form has put its values into ``obj``; the service must see what is stored.
                return self.change(actor, self.model._default_manager.get(pk=obj.pk), data)
            raise PermissionDenied

        return type(base.__name__, (base,), {"write": write})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the service has saved it while the form was checked."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the service has written the ledger, which nobody can edit."""

    log_change = log_deletion = log_addition  # type: ignore[assignment]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        edited_at = reverse(self.edited_at) if self.edited_at else ""
        return super().changelist_view(request, {"edited_at": edited_at, **(extra_context or {})})

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What became of the object, from the history the database keeps."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"Change history: {row}",
            "opts": self.opts,
            "object": row,
            "revisions": list(revisions_of(row)),
            "is_tracked": _event_model(type(row)) is not None,
        }
        return render(request, self.object_history_template, context)


def _event_model(model: type[models.Model]) -> Any:
    trackers = getattr(model, "pgh_event_models", {})
    return next(iter(trackers.values()), None)


def revisions_of(row: models.Model) -> Iterator[Revision]:
    """The object's changes, newest first, each with the fields that differ from before."""
    event_model = _event_model(type(row))
    if event_model is None:
        return
    events = list(
        event_model.objects.filter(pgh_obj_id=row.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[: _HISTORY_LIMIT + 1]
    )
    people = {
        event.pk: event.pgh_context.metadata.get("person") if event.pgh_context else None
        for event in events
    }
    names = dict(
        Person.objects.filter(pk__in={pk for pk in people.values() if pk}).values_list(
            "pk", "full_name"
        )
    )
    fields = [field for field in row._meta.concrete_fields if field.name != "path"]
    for event, before in zip(events, [*events[1:], None], strict=True):
        changes = [
            (
                str(field.verbose_name).capitalize(),
                getattr(before, field.attname, None),
                getattr(event, field.attname),
            )
            for field in fields
            if before is not None
            and getattr(before, field.attname, None) != getattr(event, field.attname)
        ]
        yield Revision(
            at=event.pgh_created_at,
            label="Created" if event.pgh_label == "insert" else "Changed",
            person=names.get(people[event.pk] or 0, ""),
            changes=changes,
        )
