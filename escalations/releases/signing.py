"""The constituent's page: no account, one link, one passcode, one signature."""

import time
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from escalations.releases import digital
from escalations.releases.digital import Guess
from escalations.releases.forms import PasscodeForm, SignForm
from escalations.releases.limits import is_over_limit
from escalations.releases.models import DigitalRelease
from portal.casework.machine import Refused
from portal.tenancy.scope import use_exchange
from portal.ui.views import too_many_requests

#: Session keys: which release a right passcode opened until when, and what became of it.
_OPENED, _DONE = "release_opened", "release_done"

_SENTENCES = {
    Guess.WRONG: "That is not the passcode. Check it and try again.",
    Guess.EXPIRED: "That passcode no longer works. Ask for a new one.",
}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_release(request: HttpRequest, token: str) -> HttpResponse:
    """Everything behind a link. Until the passcode is right it names exchange and office only.

    A link that was never made, has lapsed, was used, withdrawn or locked is one and the same page.
    """
    if is_over_limit(request, token):
        return too_many_requests(request)
    response = _answer(request, token)
    # The address is a secret: it must not travel in a header to wherever the next click leads.
    # "no-referrer" would also make the browser post "Origin: null", which the check against
    # forged requests refuses: nobody could sign. The origin alone gives nothing away.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    parts = digital.split_token(token)
    if parts is None:
        return _gone(request)
    exchange_id, secret = parts
    with use_exchange(exchange_id):
        found = digital.find_open(secret, at=timezone.now())
        if found is None:
            return _gone(request)
        try:
            if request.method == "POST":
                return _act(request, token, found)
            return _show(request, found)
        except Refused as refusal:
            return _show(request, found, problem=str(refusal))


def _act(request: HttpRequest, token: str, found: DigitalRelease) -> HttpResponse:
    step = request.POST.get("step")
    if step == "send":
        digital.send_passcode(digital=found)
        return redirect("releases:sign", token)
    if step == "passcode":
        return _take_guess(request, token, found)
    if step in ("sign", "decline") and _is_opened(request, found):
        return _finish(request, token, found, signs=step == "sign")
    return _show(request, found)


def _take_guess(request: HttpRequest, token: str, found: DigitalRelease) -> HttpResponse:
    form = PasscodeForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form)
    guess = digital.check_passcode(digital=found, passcode=form.cleaned_data["passcode"])
    if guess is Guess.RIGHT:
        request.session.cycle_key()
        until = time.time() + digital.SIGNING_MINUTES * 60
        request.session[_OPENED] = [found.pk, until]
        return redirect("releases:sign", token)
    if guess is Guess.LOCKED:
        return _gone(request)
    form.add_error("passcode", _SENTENCES[guess])
    return _show(request, found, form=form)


def _finish(
    request: HttpRequest, token: str, found: DigitalRelease, *, signs: bool
) -> HttpResponse:
    if signs:
        form = SignForm(request.POST)
        if not form.is_valid():
            return _show(request, found, form=form)
        digital.sign(digital=found, **form.cleaned_data)
    else:
        digital.decline(digital=found)
    del request.session[_OPENED]
    request.session[_DONE] = "signed" if signs else "declined"
    return redirect("releases:sign", token)


def _show(
    request: HttpRequest,
    found: DigitalRelease,
    *,
    form: PasscodeForm | SignForm | None = None,
    problem: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "exchange": found.exchange.name,
        "office": found.office.name,
        "contact": found.exchange.contact_email,
        "problem": problem,
    }
    if _is_opened(request, found):
        now = timezone.now()
        context |= {
            "form": form if isinstance(form, SignForm) else SignForm(),
            "paragraphs": digital.text_of(found, at=now),
            "today": now,
            "zone": found.exchange.time_zone,
        }
        return render(request, "releases/sign.html", context)
    found.refresh_from_db()
    context |= {
        "form": form if isinstance(form, PasscodeForm) else PasscodeForm(),
        "was_sent": found.passcodes_sent > 0,
        "may_send": found.passcodes_sent < digital.PASSCODE_SENDS,
    }
    return render(request, "releases/passcode.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    # Read, not taken out: the page may be loaded again.
    if done := request.session.get(_DONE):
        return render(request, "releases/done.html", {"signed": done == "signed"})
    return render(request, "releases/gone.html", status=404)


def _is_opened(request: HttpRequest, found: DigitalRelease) -> bool:
    opened = request.session.get(_OPENED)
    return opened is not None and opened[0] == found.pk and time.time() < opened[1]
