"""People of one's organization, or of the exchange: invite, end a membership, switch off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from portal.tenancy import administration, invitations, services
from portal.tenancy.forms import InviteForm, LicenseForm, PeopleFilter, SkillsForm
from portal.tenancy.http import ActorRequest
from portal.tenancy.models import Invitation, Membership, Person
from portal.tenancy.roles import ENROLLERS
from portal.tenancy.views import show_errors

_PAGE = 50
_COUNT_LIMIT = 1000


class People(View):
    """Who works here in which role, and who is invited (``tenancy:people``)."""

    def get(self, request: ActorRequest) -> HttpResponse:
        actor = request.actor
        actor.require("tenancy.invite")
        form = PeopleFilter(request.GET)
        rows = self._filtered(Membership.objects.visible_to(actor), form)
        page = list(self._after(rows, request.GET.get("after", ""))[: _PAGE + 1])
        count = rows[: _COUNT_LIMIT + 1].count()
        context = {
            "form": form,
            "memberships": page[:_PAGE],
            "shown": len(page[:_PAGE]),
            "total": count if count <= _COUNT_LIMIT else f"{_COUNT_LIMIT:,}+",
            "next_url": self._url(request, page[_PAGE - 1].pk) if len(page) > _PAGE else "",
            "previous_url": self._url(request, None) if "after" in request.GET else "",
            "invitations": Invitation.objects.visible_to(actor)
            .filter(accepted_at=None, revoked_at=None)
            .select_related("organization", "role")[:_PAGE],
            "may_administer": actor.may("tenancy.administer"),
            "enroller_roles": ENROLLERS,
        }
        return render(request, "tenancy/people.html", context)

    def _filtered(self, rows: QuerySet[Membership], form: PeopleFilter) -> QuerySet[Membership]:
        data = form.cleaned_data if form.is_valid() else {}
        if text := data.get("q"):
            rows = rows.filter(
                Q(person__full_name__icontains=text) | Q(person__email__icontains=text)
            )
        current = Q(is_active=True, person__is_active=True)
        if data.get("show") == "former":
            rows = rows.exclude(current)
        elif data.get("show") != "all":
            rows = rows.filter(current)
        return rows.select_related("person", "organization", "role").order_by(
            "person__full_name", "pk"
        )

    def _after(self, rows: QuerySet[Membership], key: str) -> QuerySet[Membership]:
        """The rows that follow one, by the order's keys: no page grows slower than the first."""
        last = rows.filter(pk=key).first() if key.isdecimal() and len(key) <= 18 else None
        if last is None:
            return rows
        name = last.person.full_name
        return rows.filter(
            Q(person__full_name__gt=name) | Q(person__full_name=name, pk__gt=last.pk)
        )

    def _url(self, request: ActorRequest, after: int | None) -> str:
        query = request.GET.copy()
        query.pop("after", None)
        if after:
            query["after"] = str(after)
        return f"?{query.urlencode()}"


class Invite(View):
    """Invite somebody by mail."""

    def get(self, request: ActorRequest) -> HttpResponse:
        request.actor.require("tenancy.invite")
        return render(request, "tenancy/invite.html", {"form": InviteForm(actor=request.actor)})

    def post(self, request: ActorRequest) -> HttpResponse:
        request.actor.require("tenancy.invite")
        form = InviteForm(request.POST, actor=request.actor)
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.invite_person(
                    actor=request.actor,
                    organization=data["organization"],
                    role_key=data["role"],
                    email=data["email"],
                    full_name=data["full_name"],
                )
            except ValidationError as error:
                show_errors(form, error)
            else:
                messages.success(request, "The invitation is on its way. It works for seven days.")
                return redirect("tenancy:people")
        return render(request, "tenancy/invite.html", {"form": form})


class Skills(View):
    """Languages, skills and cap of somebody: for administrators, and leads of their unit."""

    def get(self, request: ActorRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        initial = {
            "languages": ", ".join(row.languages),
            "skills": ", ".join(row.skills),
            "capacity": row.capacity,
        }
        return self._page(request, row, SkillsForm(initial=initial))

    def post(self, request: ActorRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        form = SkillsForm(request.POST)
        if form.is_valid():
            try:
                administration.set_skills(actor=request.actor, membership=row, **form.cleaned_data)
            except ValidationError as error:
                show_errors(form, error)
            else:
                messages.success(request, f"Saved for {row.person.full_name}.")
                return redirect(self._back(request))
        return self._page(request, row, form, status=422)

    def _row(self, request: ActorRequest, pk: int) -> Membership:
        actor = request.actor
        actor.require("tenancy.set_skills")
        rows = Membership.objects.filter(exchange_id=actor.exchange_id, is_active=True)
        if not actor.may("tenancy.administer"):
            rows = rows.filter(organization_id__in=actor.organization_ids)
        return get_object_or_404(rows.select_related("person", "organization", "role"), pk=pk)

    def _page(
        self, request: ActorRequest, row: Membership, form: SkillsForm, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "membership": row, "back_url": self._back(request)}
        return render(request, "tenancy/skills.html", context, status=status)

    def _back(self, request: ActorRequest) -> str:
        may_list = request.actor.may("tenancy.administer")
        return reverse("tenancy:people" if may_list else "home")


class LicenseNumber(View):
    """An enroller's license or certification number: for administrators and their managers."""

    def get(self, request: ActorRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        return self._page(request, row, LicenseForm(initial={"license_number": row.license_number}))

    def post(self, request: ActorRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        form = LicenseForm(request.POST)
        if form.is_valid():
            try:
                administration.set_license_number(
                    actor=request.actor, membership=row, **form.cleaned_data
                )
            except ValidationError as error:
                show_errors(form, error)
            else:
                messages.success(request, f"Saved for {row.person.full_name}.")
                return redirect("tenancy:people")
        return self._page(request, row, form, status=422)

    def _row(self, request: ActorRequest, pk: int) -> Membership:
        request.actor.require("tenancy.invite")
        rows = Membership.objects.visible_to(request.actor).filter(
            is_active=True, role__key__in=ENROLLERS
        )
        return get_object_or_404(rows.select_related("person", "organization", "role"), pk=pk)

    def _page(
        self, request: ActorRequest, row: Membership, form: LicenseForm, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "membership": row}
        return render(request, "tenancy/license.html", context, status=status)


class Confirmed(View):
    """A step on one row that asks before it is done; what is not the actor's is a 404."""

    title = text = submit_label = done = ""
    danger = True

    def get(self, request: ActorRequest, pk: int) -> HttpResponse:
        context = {
            "title": self.title,
            "text": self.text,
            "details": self.details(self.row(request, pk)),
            "action_url": request.path,
            "submit_label": self.submit_label,
            "cancel_url": reverse("tenancy:people"),
            "danger": self.danger,
        }
        return render(request, "ui/confirm.html", context)

    def post(self, request: ActorRequest, pk: int) -> HttpResponse:
        try:
            self.perform(request, self.row(request, pk))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, self.done)
        return redirect("tenancy:people")

    def row(self, request: ActorRequest, pk: int) -> Membership | Invitation:
        raise NotImplementedError

    def details(self, row: Any) -> list[tuple[str, str]]:
        raise NotImplementedError

    def perform(self, request: ActorRequest, row: Any) -> None:
        raise NotImplementedError


class _OnMembership(Confirmed):
    def row(self, request: ActorRequest, pk: int) -> Membership:
        request.actor.require("tenancy.invite")
        rows = Membership.objects.visible_to(request.actor).filter(is_active=True)
        return get_object_or_404(rows.select_related("person", "organization", "role"), pk=pk)

    def details(self, row: Membership) -> list[tuple[str, str]]:
        return [
            ("Person", row.person.full_name),
            ("Role", row.role.spec.label),
            ("Organization", row.organization.name),
        ]


class EndMembership(_OnMembership):
    title = "End this membership?"
    text = (
        "The person can no longer act in this role from their next request on, and its API tokens"
        " stop working. Their past work stays on record."
    )
    submit_label = "End membership"
    done = "The membership has ended."

    def perform(self, request: ActorRequest, row: Membership) -> None:
        services.end_membership(actor=request.actor, membership=row)


class SetActive(_OnMembership):
    """Switch the whole account off or on: administrators only."""

    is_active = False
    title = "Switch this account off?"
    text = (
        "All the person's sessions and API tokens end with their next request. They cannot sign in"
        " until an administrator switches the account on again."
    )
    submit_label = "Switch off"
    done = "The account is switched off."

    def row(self, request: ActorRequest, pk: int) -> Membership:
        request.actor.require("tenancy.administer")
        return super().row(request, pk)

    def perform(self, request: ActorRequest, row: Membership) -> None:
        person: Person = row.person
        services.set_person_active(actor=request.actor, person=person, is_active=self.is_active)


class Reactivate(SetActive):
    is_active = True
    danger = False
    title = "Switch this account on again?"
    text = "The person can sign in again with the memberships they still have."
    submit_label = "Switch on"
    done = "The account is switched on."


class _OnInvitation(Confirmed):
    def row(self, request: ActorRequest, pk: int) -> Invitation:
        request.actor.require("tenancy.invite")
        rows = Invitation.objects.visible_to(request.actor).filter(
            accepted_at=None, revoked_at=None
        )
        return get_object_or_404(rows.select_related("organization", "role"), pk=pk)

    def details(self, row: Invitation) -> list[tuple[str, str]]:
        return [
            ("Invited", row.full_name),
            ("Role", row.role.spec.label),
            ("Organization", row.organization.name),
        ]


class RevokeInvitation(_OnInvitation):
    title = "Revoke this invitation?"
    text = "Its link stops working. You can invite the person again later."
    submit_label = "Revoke"
    done = "The invitation is revoked."

    def perform(self, request: ActorRequest, row: Invitation) -> None:
        services.revoke_invitation(actor=request.actor, invitation=row)


class ResendInvitation(_OnInvitation):
    danger = False
    title = "Send this invitation again?"
    text = "A new link goes out and works for seven days. The link sent before stops working."
    submit_label = "Send again"
    done = "The invitation is on its way again."

    def perform(self, request: ActorRequest, row: Invitation) -> None:
        invitations.resend_invitation(actor=request.actor, invitation=row)
