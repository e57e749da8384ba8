"""From a signed-in browser to an actor in one transaction for one exchange."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from portal.tenancy import selectors
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.audit import record
from portal.tenancy.models import Exchange
from portal.tenancy.scope import set_scope, use_exchange

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Paths that need no person, and open a database transaction themselves if they need one; the
#: public finder, the link that stops a mail and the door for mail work for the exchange their
#: address names, whoever may be signed in. The finder's answers may be kept by caches that many
#: share, so they must never carry a session's cookie; link and door are posted to by programs that
#: have none.
_OPEN_PREFIXES = (
    "/static/",
    "/health/",
    "/find/",
    "/api/v1/find/",
    "/briefings/stop/",
    "/inbound/take/",
)
#: Paths that need the session and nothing else; the keep-alive costs one statement (P10).
_SESSION_ONLY_PREFIXES = ("/session/",)
#: Paths whose own answer to an ended session is better than the way to the sign-in page.
_NO_WAY_BACK_PREFIXES = ("/accounts/", "/api/", *_SESSION_ONLY_PREFIXES)
#: Requests a browser makes by itself; they must not keep an abandoned session alive.
_UNATTENDED_HEADER = "X-Unattended"
#: Pages for people without a membership; everything else needs an actor.
_WITHOUT_ACTOR = {"home"}
#: How often a session's last use is written down, in seconds.
_TOUCH_EVERY = 20


class SessionLimitsMiddleware:
    """End a session after 15 idle minutes and after 12 hours (AC-11, AC-12), at the server.

    Whoever comes back is led to the sign-in page, which says why and returns to the page.
    """

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
                if not request.path.startswith(_NO_WAY_BACK_PREFIXES):
                    return _sign_in_again(request)
            elif now - seen > _TOUCH_EVERY and _UNATTENDED_HEADER not in request.headers:
                request.session["last_seen"] = now
        return self.get_response(request)


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and from there back to the page that was open."""
    page = request.get_full_path()
    if request.method != "GET" or "HX-Request" in request.headers:
        # A form's own address cannot be opened; the page it stood on can.
        seen = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
        mine = url_has_allowed_host_and_scheme(seen, {request.get_host()}, request.is_secure())
        parts = urlsplit(seen if mine else "")
        page = urlunsplit(("", "", parts.path, parts.query, ""))
    query = {"ended": "1"} | ({"next": page} if page else {})
    target = f"{reverse('account_login')}?{urlencode(query)}"
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": target})
    return redirect(target)


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
        request.is_open = request.path.startswith(_OPEN_PREFIXES)  # type: ignore[attr-defined]
        if request.path.startswith(_OPEN_PREFIXES + _SESSION_ONLY_PREFIXES):
            return self.get_response(request)
        with transaction.atomic(), self._exchange_time(request):
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
        """Somebody who works nowhere (any more) gets their account and the home page only; the
        platform's superuser, who has no role in any exchange, the administration site."""
        if request.actor or not getattr(view, "login_required", True):  # type: ignore[attr-defined]
            return None
        if "_auth_user_id" not in request.session or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if match is None or _opens_without_actor(match):
            return None
        return redirect("admin:index" if request.user.is_superuser else "home")

    @contextmanager
    def _exchange_time(self, request: HttpRequest) -> Iterator[None]:
        """Choose the actor, and read and show every time in their exchange's zone."""
        self._choose_actor(request)
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        with timezone.override(actor.exchange.time_zone if actor else None):
            yield

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        request.failed = True  # type: ignore[attr-defined]
        if isinstance(exception, NotAllowed):
            from portal.ui.views import not_allowed

            request.refusals.append(exception.action)  # type: ignore[attr-defined]
            return not_allowed(request, exception)
        if isinstance(exception, OperationalError):
            # The database went away, or chose this request to end a deadlock: nothing was kept,
            # and the same request may go through in a moment.
            from portal.ui.views import unavailable

            return unavailable(request)
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


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's, but a public view is not asked who is there: that would cost a statement."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)  # type: ignore[return-value]


class SecondFactorMiddleware:
    """Where the exchange asks for a second factor, nothing opens before one is set up (IA-2).

    The platform's superuser needs one unless every exchange is a demonstration.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_asked_for(request) and not self._is_exempt(request):
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(request.user):
                return redirect("mfa_index")
        return self.get_response(request)

    def _is_asked_for(self, request: HttpRequest) -> bool:
        if request.path.startswith(_OPEN_PREFIXES + _SESSION_ONLY_PREFIXES):
            return False
        actor = getattr(request, "actor", None)
        if actor:
            return actor.exchange.require_second_factor
        user = request.user
        return user.is_authenticated and user.is_superuser and Exchange.objects.in_earnest()

    def _is_exempt(self, request: HttpRequest) -> bool:
        return request.path.startswith(
            (reverse("mfa_index"), reverse("account_logout"), reverse("account_reauthenticate"))
        )
