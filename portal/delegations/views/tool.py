"""The three steps of the Delegation Tool and its passcode (DL-01…DL-05)."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.casework.machine import Refused
from portal.delegations import tool
from portal.delegations.disclaimers import LANGUAGES
from portal.delegations.forms import DisclaimersForm, PasscodeForm, PhoneForm, SearchForm
from portal.delegations.models import ToolSearch
from portal.delegations.tool import SEARCH, Guess, Guessed, Step
from portal.delegations.views.common import actor_with, show_errors

STEPS: Final = ("Identifying the Consumer", "Disclaimers", "Search Results")
#: Heading, explanation and action of each result, in the printed words (DL-04, DL-05).
RESULTS: Final = {
    Step.MATCH: (
        "One Match Found",
        "The consumer has been located, and you are able to proceed with delegation.",
        "",
    ),
    Step.NOT_FOUND: (
        "Additional Search Results",
        "We are unable to locate this consumer on an existing case.",
        "you should initiate a new application.",
    ),
    Step.MULTIPLE: (
        "Additional Search Results",
        "This consumer has more than one case, Covered California must review to identify the"
        " accurate case.",
        "Please call the Service Center.",
    ),
    Step.ALREADY: (
        "Additional Search Results",
        "This consumer is already delegated to you.",
        "Please review your active consumers to find this consumers case.",
    ),
}
_TOO_MANY = 429


@never_cache
@sensitive_post_parameters("ssn", "name", "date_of_birth")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Step 1: who the consumer is. The answer to a search is the next step, whatever was found."""
    actor = actor_with(request, SEARCH)
    form = SearchForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = tool.search_consumer(actor=actor, **form.cleaned_data)
            except ValidationError as error:
                show_errors(form, error)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = _TOO_MANY
            else:
                return redirect("delegations:disclaimers", key=found.key)
    context = {"form": form, "steps": STEPS}
    return render(request, "delegations/search.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def disclaimers(request: HttpRequest, key: str) -> HttpResponse:
    """Step 2: every statement read to the consumer, every box ticked."""
    actor = actor_with(request, SEARCH)
    found = _search(request, key)
    if found.step != Step.DISCLAIMERS or not found.is_open(timezone.now()):
        return redirect("delegations:result", key=key)
    asked = request.POST.get("language") or request.GET.get("language", "en")
    language = asked if asked in dict(LANGUAGES) else "en"
    form = DisclaimersForm(request.POST or None, version=found.disclaimers, language=language)
    if request.method == "POST" and form.is_valid():
        try:
            tool.accept_disclaimers(
                actor=actor, search=found, accepted=form.accepted, language=language
            )
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("delegations:search")
        else:
            return redirect("delegations:result", key=key)
    context = {
        "form": form,
        "steps": STEPS,
        "search": found,
        "language": language,
        "languages": [
            {"label": label, "url": f"?language={code}", "current": code == language}
            for code, label in LANGUAGES
        ],
        "version": found.disclaimers.number,
    }
    status = 422 if form.is_bound else 200
    return render(request, "delegations/disclaimers.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def result(request: HttpRequest, key: str) -> HttpResponse:
    """Step 3: one of the four results; with a match, the way to the passcode."""
    actor_with(request, SEARCH)
    return _show_result(request, _search(request, key))


@never_cache
@sensitive_post_parameters("phone")
@require_POST
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Send a passcode; the same answer whether the number is on file or not."""
    actor = actor_with(request, SEARCH)
    found = _search(request, key)
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            tool.send_passcode(actor=actor, search=found, phone=form.cleaned_data["phone"])
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            form.add_error("phone", str(refusal))
        else:
            return redirect("delegations:result", key=key)
    return _show_result(request, found, phone_form=form, status=422)


@never_cache
@sensitive_post_parameters("passcode")
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Take the passcode the consumer read out."""
    actor = actor_with(request, SEARCH)
    found = _search(request, key)
    form = PasscodeForm(request.POST)
    if form.is_valid():
        try:
            guessed = tool.check_passcode(
                actor=actor, search=found, passcode=form.cleaned_data["passcode"]
            )
        except Refused as refusal:
            form.add_error("passcode", str(refusal))
        else:
            if guessed.guess in (Guess.RIGHT, Guess.LOCKED):
                return redirect("delegations:result", key=key)
            form.add_error("passcode", _says(guessed))
    # The page never repeats what was entered.
    shown = PasscodeForm()
    return _show_result(
        request,
        get_object_or_404(ToolSearch.objects.visible_to(actor), pk=found.pk),
        passcode_form=shown,
        problem=" ".join(str(error) for error in form.errors.get("passcode", [])),
        status=422,
    )


@never_cache
@require_POST
def give_up(request: HttpRequest, key: str) -> HttpResponse:
    """End the search and forget what was typed."""
    actor = actor_with(request, SEARCH)
    tool.give_up(actor=actor, search=_search(request, key))
    messages.info(request, "The search has ended. Nobody was delegated.")
    return redirect("delegations:search")


def _show_result(
    request: HttpRequest,
    found: ToolSearch,
    *,
    phone_form: PhoneForm | None = None,
    passcode_form: PasscodeForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    if found.step == Step.DISCLAIMERS and found.is_open(now):
        return redirect("delegations:disclaimers", key=found.key)
    is_expired = found.step in ToolSearch.OPEN and not found.is_open(now)
    context: dict[str, Any] = {
        "steps": STEPS,
        "search": found,
        "step": Step.EXPIRED if is_expired else found.step,
        "problem": problem,
        "new_url": reverse("delegations:search"),
        "shows_texts": request.actor.exchange.is_demo,  # type: ignore[attr-defined]
    }
    if not is_expired:
        context |= _result_context(found, phone_form, passcode_form)
    return render(request, "delegations/result.html", context, status=status)


def _result_context(
    found: ToolSearch, phone_form: PhoneForm | None, passcode_form: PasscodeForm | None
) -> dict[str, Any]:
    now = timezone.now()
    shown = Step.MATCH if found.step == Step.PASSCODE_SENT else found.step
    heading, explanation, action = RESULTS.get(Step(shown), ("", "", ""))
    return {
        "heading": heading,
        "explanation": explanation,
        "action": action,
        "phone_form": phone_form or PhoneForm(),
        "passcode_form": passcode_form or PasscodeForm(),
        "sends_left": tool.sends_left(found, at=now),
        "locked_until": tool.locked_until(found, at=now),
        "was_sent": found.step == Step.PASSCODE_SENT,
        "passcode_minutes": tool.PASSCODE_MINUTES,
        "passcode_expires_at": found.passcode_expires_at,
    }


def _says(guessed: Guessed) -> str:
    if guessed.guess == Guess.EXPIRED:
        return "This passcode has expired. Send a new one."
    tries = "1 try is" if guessed.left == 1 else f"{guessed.left} tries are"
    return f"This is not the passcode. {tries} left."


def _search(request: HttpRequest, key: str) -> ToolSearch:
    actor = request.actor  # type: ignore[attr-defined]
    rows = ToolSearch.objects.visible_to(actor).select_related("disclaimers")
    return get_object_or_404(rows, key=key)
