"""From a signed-in browser to an actor in one transaction for one exchange."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import ResolverMatch, reverse

from portal.tenancy import selectors
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.audit import record
from portal.tenancy.scope import set_scope, use_exchange

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Paths that need neither person nor database.
_OPEN_PREFIXES = ("/static/", "/health/")
#: Requests a browser makes by itself; they must not keep an abandoned session alive.
_UNATTENDED_HEADER = "X-Unattended"
#: Pages for people without a membership; everything else needs an actor.
_WITHOUT_ACTOR = {"home", "tenancy:profile", "tenancy:sessions", "session-keep-alive"}
#: How often a session's last use is written down, in seconds.
_TOUCH_EVERY = 20


class SessionLimitsMiddleware:
    """End a session after 15 idle minutes and after 12 hours (AC-11, AC-12), at the server."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_OPEN_PREFIXES) and "_auth_user_id" in request.session:
            now = time.time()
            began = request.session.setdefault("signed_in_at", now)
            seen = request.session.setdefault("last_seen", now)
            if (
                now - seen > settings.SESSION_IDLE_SECONDS
                or now - began > settings.SESSION_ABSOLUTE_SECONDS
            ):
                logout(request)
                request.session_ended = True  # type: ignore[attr-defined]
            elif now - seen > _TOUCH_EVERY and _UNATTENDED_HEADER not in request.headers:
                request.session["last_seen"] = now
        return self.get_response(request)


class ExchangeTransactionMiddleware:
    """One request, one transaction, one exchange.

    Everything a view reads and writes, its ledger rows included, commits together or not at all.
    An exception or a 5xx answer rolls back; a refusal is then recorded in a transaction of its
    own, so that it stays on record.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.refusals = []  # type: ignore[attr-defined]
        request.failed = False  # type: ignore[attr-defined]
        if request.path.startswith(_OPEN_PREFIXES):
            return self.get_response(request)
        with transaction.atomic():
            self._choose_actor(request)
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if request.failed or response.status_code >= 500:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
        self._record_refusals(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Somebody who works nowhere (any more) gets their account and the home page only."""
        signed_in = "_auth_user_id" in request.session and request.user.is_authenticated
        if request.actor or not signed_in or not getattr(view, "login_required", True):  # type: ignore[attr-defined]
            return None
        match = request.resolver_match
        if match is None or _opens_without_actor(match):
            return None
        return redirect("home")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        request.failed = True  # type: ignore[attr-defined]
        if isinstance(exception, NotAllowed):
            from portal.ui.views import not_allowed

            request.refusals.append(exception.action)  # type: ignore[attr-defined]
            return not_allowed(request, exception)
        return None

    def _choose_actor(self, request: HttpRequest) -> None:
        person = request.user if "_auth_user_id" in request.session else None
        if person is None or not person.is_authenticated:
            return
        session = request.session
        if person.is_superuser:
            set_scope(exchange_id=session.get("exchange_id"), person_id=person.pk)
            return
        chosen = (session.get("exchange_id"), session.get("membership_id"))
        request.actor = self._actor(request, person, *chosen)  # type: ignore[attr-defined]
        if request.actor is None:  # type: ignore[attr-defined]
            for exchange_id, membership_id in selectors.current_membership_keys(person.pk):
                request.actor = self._actor(  # type: ignore[attr-defined]
                    request, person, exchange_id, membership_id
                )
                if request.actor:  # type: ignore[attr-defined]
                    session["exchange_id"], session["membership_id"] = exchange_id, membership_id
                    break

    def _actor(
        self, request: HttpRequest, person, exchange_id: int | None, membership_id: int | None
    ) -> Actor | None:
        if not exchange_id or not membership_id:
            return None
        set_scope(exchange_id=exchange_id, person_id=person.pk)
        membership = selectors.membership_for_actor(membership_id, person_id=person.pk)
        if membership is None:
            return None
        return selectors.actor_for(
            person, membership, request_id=getattr(request, "request_id", "")
        )

    def _record_refusals(self, request: HttpRequest) -> None:
        actor = request.actor  # type: ignore[attr-defined]
        if not actor or not request.refusals:  # type: ignore[attr-defined]
            return
        with use_exchange(actor.exchange, person_id=actor.person_id):
            for action in request.refusals:  # type: ignore[attr-defined]
                record(actor=actor, action=action, outcome="refused")


def _opens_without_actor(match: ResolverMatch) -> bool:
    return (
        "admin" in match.namespaces  # the administration site asks for itself
        or match.func.__module__.startswith("allauth.")
        or match.view_name in _WITHOUT_ACTOR
    )


class SecondFactorMiddleware:
    """Where the exchange asks for a second factor, nothing opens before one is set up (IA-2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = getattr(request, "actor", None)
        if actor and actor.exchange.require_second_factor and not self._is_exempt(request):
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(actor.person):
                return redirect("mfa_index")
        return self.get_response(request)

    def _is_exempt(self, request: HttpRequest) -> bool:
        return request.path.startswith(
            (reverse("mfa_index"), reverse("account_logout"), reverse("account_reauthenticate"))
        )
