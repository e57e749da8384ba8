"""One's own account: profile, roles, API tokens, and which role one acts in."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import RedirectView

from portal.tenancy import administration, services
from portal.tenancy.forms import ProfileForm, TokenForm
from portal.tenancy.http import ActorRequest
from portal.tenancy.models import ApiToken
from portal.tenancy.views import show_errors


class Profile(View):
    """Name and phone, and all that belongs to the account (``tenancy:profile``)."""

    def get(self, request: ActorRequest) -> HttpResponse:
        person = request.actor.person
        initial = {"full_name": person.full_name, "phone": person.phone}
        return self._page(request, ProfileForm(initial=initial))

    def post(self, request: ActorRequest) -> HttpResponse:
        form = ProfileForm(request.POST)
        if form.is_valid():
            try:
                administration.update_person(
                    actor=request.actor, person=request.actor.person, **form.cleaned_data
                )
            except ValidationError as error:
                show_errors(form, error)
            else:
                messages.success(request, "Your profile is saved.")
                return redirect("tenancy:profile")
        return self._page(request, form)

    def _page(self, request: ActorRequest, form: ProfileForm) -> HttpResponse:
        actor = request.actor
        context = {
            "form": form,
            "tokens": ApiToken.objects.of(actor),
            "may_hold_tokens": actor.may("tenancy.api_token"),
            "has_second_factor": is_mfa_enabled(actor.person),
        }
        return render(request, "tenancy/profile.html", context)


class CreateToken(View):
    """A new API token; its secret is on the answer's page and nowhere else, ever."""

    def get(self, request: ActorRequest) -> HttpResponse:
        request.actor.require("tenancy.api_token")
        return render(request, "tenancy/token_form.html", {"form": TokenForm()})

    def post(self, request: ActorRequest) -> HttpResponse:
        actor = request.actor
        actor.require("tenancy.api_token")
        form = TokenForm(request.POST)
        if not form.is_valid():
            return render(request, "tenancy/token_form.html", {"form": form})
        token, secret = services.create_api_token(
            actor=actor, membership=actor.membership, **form.cleaned_data
        )
        return render(request, "tenancy/token_created.html", {"token": token, "secret": secret})


class RevokeToken(View):
    """Ends one of one's own tokens, after a second thought."""

    def get(self, request: ActorRequest, pk: int) -> HttpResponse:
        token = self._token(request, pk)
        context = {
            "title": "Revoke this token?",
            "text": "Programs that use it stop working at once. This cannot be undone.",
            "details": [("Token", token.name), ("Begins with", token.prefix)],
            "action_url": request.path,
            "submit_label": "Revoke",
            "cancel_url": reverse("tenancy:profile"),
            "danger": True,
        }
        return render(request, "ui/confirm.html", context)

    def post(self, request: ActorRequest, pk: int) -> HttpResponse:
        services.revoke_api_token(actor=request.actor, token=self._token(request, pk))
        messages.success(request, "The token is revoked.")
        return redirect("tenancy:profile")

    def _token(self, request: ActorRequest, pk: int) -> ApiToken:
        return get_object_or_404(ApiToken.objects.of(request.actor), pk=pk, revoked_at=None)


class Switch(View):
    """Act in another of one's roles, in this exchange or another."""

    http_method_names = ["post"]

    def post(self, request: ActorRequest) -> HttpResponse:
        wanted = request.POST.get("membership", "")
        chosen = next((m for m in request.actor.memberships if str(m.pk) == wanted), None)
        if chosen is None:
            raise Http404
        request.session["exchange_id"] = chosen.exchange_id
        request.session["membership_id"] = chosen.pk
        messages.success(
            request, f"You now act as {chosen.role.spec.label}, {chosen.organization.name}."
        )
        return redirect("home")


class Sessions(RedirectView):
    """Where one is signed in, and signing out everywhere: the sign-in library's page."""

    pattern_name = "usersessions_list"


@method_decorator(login_not_required, name="dispatch")
class KeepAlive(View):
    """Tells the server that somebody is still there; costs one statement at most (P10).

    The middleware has written the moment into the session, or ended it, before this answers.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        alive = "_auth_user_id" in request.session
        return JsonResponse({"alive": alive}, status=200 if alive else 401)
