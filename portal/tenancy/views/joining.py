"""Accepting an invitation: the one page of the room that asks for no sign-in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View

from portal.tenancy import invitations, services
from portal.tenancy.forms import JoinForm
from portal.tenancy.models import Invitation
from portal.tenancy.views import show_errors


@method_decorator(login_not_required, name="dispatch")
class AcceptInvitation(View):
    """Sets a password and takes the role; somebody with an account only takes the role."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = invitations.find_invitation(token)
        if invitation is None:
            return _gone(request)
        form = None
        if not invitations.has_account(invitation):
            form = JoinForm(initial={"full_name": invitation.full_name})
        return self._page(request, invitation, form)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = invitations.find_invitation(token)
        if invitation is None:
            return _gone(request)
        if invitations.has_account(invitation):
            services.accept_invitation(invitation=invitation, password=None)
        else:
            form = JoinForm(request.POST)
            if not (form.is_valid() and self._join(invitation, form)):
                return self._page(request, invitation, form)
        messages.success(request, "Welcome. Sign in to begin.")
        return redirect("account_login")

    def _join(self, invitation: Invitation, form: JoinForm) -> bool:
        data = form.cleaned_data
        try:
            invitations.join(
                invitation=invitation, full_name=data["full_name"], password=data["password"]
            )
        except ValidationError as error:
            # A password's weakness is the only thing the form itself could not see.
            show_errors(form, ValidationError({"password": error.messages}))
            return False
        return True

    def _page(
        self, request: HttpRequest, invitation: Invitation, form: JoinForm | None
    ) -> HttpResponse:
        context = {
            "form": form,
            "exchange": invitation.exchange.name,
            "organization": invitation.organization.name,
            "role": invitation.role.spec.label,
        }
        return render(request, "tenancy/join.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    """Used, expired, revoked and unknown links are one answer."""
    return render(request, "tenancy/invitation_gone.html", status=404)
