"""The wizard in three steps, the lists of open and past requests, and the figures."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework import drafts
from portal.casework.keyset import Sort, page_of
from portal.casework.machine import Refused
from portal.casework.models import Case, Draft
from portal.casework.rows import for_rows, project_rows
from portal.consumers.mirror import Consumer
from portal.documents.models import Document
from portal.help_requests import satisfaction, selectors, services, wizard
from portal.help_requests.forms import DetailsForm, FilesForm, TopicForm
from portal.help_requests.models import Category, HelpTopic
from portal.help_requests.table import KIND, WAITING
from portal.help_requests.wizard import Choice
from portal.tenancy.actor import Actor, NotAllowed

PAGE_SIZE = 25
STEPS = ("Topic", "Details", "Review and submit")
_LATEST = Sort("opened", "opened_at", "Submitted")
_LOST = "The consumer you chose is not delegated to you any more. Choose another, or none."


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """“Open Cases” and “History”, those that wait for an answer first in sight (HR-06)."""
    actor = _actor(request, "help_requests.view_own")
    is_history = request.GET.get("view") == "history"
    opened = selectors.open_requests(actor)
    page = page_of(
        for_rows(selectors.past_requests(actor) if is_history else opened, actor),
        sort=_LATEST,
        descending=True,
        size=PAGE_SIZE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    own = reverse("help_requests:home")
    asked = opened.filter(status=WAITING).order_by("updated_at")[:PAGE_SIZE]
    context = {
        "rows": project_rows(actor, list(page.rows), surface="help-requests"),
        "page": page,
        "base": f"{own}?view=history&" if is_history else f"{own}?",
        "is_history": is_history,
        "tabs": [
            {"label": "Open Cases", "url": own, "current": not is_history},
            {"label": "History", "url": f"{own}?view=history", "current": is_history},
        ],
        "asked": [case.number for case in asked],
        "begun": [] if is_history else wizard.begun(actor),
        "of_organization": actor.is_lead,
    }
    return render(request, "help_requests/home.html", context)


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A fresh request, under the id its draft will have; from a consumer's page, about them.

    Nothing is kept yet: a link somebody was sent fills nobody's drafts.
    """
    actor = _actor(request, "help_requests.submit")
    choice = Choice(consumer=request.GET.get("consumer", "")[:20])
    step = reverse("help_requests:topic", args=[uuid.uuid4()])
    if wizard.consumer_of(actor, choice) is not None:
        step += f"?{urlencode({'consumer': choice.consumer})}"
    return redirect(step)


@require_http_methods(["GET", "HEAD", "POST"])
def choose_topic(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 1: “Select a topic that best describes the issue” (HR-04)."""
    actor = _actor(request, "help_requests.submit")
    if made := services.made_of(actor=actor, draft=public_id):
        return redirect("help_requests:received", made.number)
    choice = wizard.load(actor=actor, public_id=public_id)
    about = Choice(consumer=request.GET.get("consumer", "")[:20])
    if not choice.consumer and wizard.consumer_of(actor, about) is not None:
        choice.consumer = about.consumer
    sent = request.POST if request.method == "POST" else None
    form = TopicForm(sent, actor=actor, initial={"topic": choice.topic})
    if request.method == "POST" and form.is_valid():
        choice.topic = form.cleaned_data["topic"]
        try:
            _keep(actor, public_id, choice)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("help_requests:details", public_id)
    context = {
        "form": form,
        "steps": STEPS,
        "groups": [
            {"label": category.label, "topics": topics, "who_answers": _said_once(topics)}
            for category, topics in selectors.topics_by_category(actor).items()
        ],
        "chosen": form["topic"].value(),
        "public_id": public_id,
        "is_begun": bool(choice.topic),
        "begun": [one for one in wizard.begun(actor) if one.public_id != public_id],
    }
    return render(request, "help_requests/topic.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def write_details(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 2: “Provide additional information and details” (HR-04). All is kept first."""
    actor = _actor(request, "help_requests.submit")
    if made := services.made_of(actor=actor, draft=public_id):
        return redirect("help_requests:received", made.number)
    choice = wizard.load(actor=actor, public_id=public_id)
    topic = wizard.topic_of(actor, choice)
    if topic is None:
        return redirect("help_requests:topic", public_id)
    if request.method != "POST":
        form = DetailsForm(topic=topic, initial=vars(choice))
        return _details_page(request, actor, public_id, topic, choice, form)
    form = DetailsForm(request.POST, topic=topic)
    form.is_valid()
    # After the check: a number that was refused has been taken out of what is shown and kept.
    for name in form.fields:
        setattr(choice, name, str(form.data.get(name, "")))
    if "consumer" in request.POST and topic.category == Category.CONSUMER:
        choice.consumer = request.POST["consumer"][:20]
        if wizard.consumer_of(actor, choice) is None:
            choice.consumer = ""
    try:
        _keep(actor, public_id, choice)
    except ValidationError as error:
        _put_errors(form, error)
        return _details_page(request, actor, public_id, topic, choice, form, status=422)
    if "back" in request.POST:
        return redirect("help_requests:topic", public_id)
    if "search" in request.POST or "save" in request.POST:
        if any(error.code == "ssn_refused" for error in _errors(form)):
            return _details_page(request, actor, public_id, topic, choice, form, status=422)
        if "save" in request.POST:
            messages.success(request, "Your draft is saved.")
        return redirect("help_requests:details", public_id)
    if topic.category == Category.CONSUMER and not choice.consumer:
        form.add_error("text", "Search for the consumer it is about, and choose one.")
    if form.errors:
        return _details_page(request, actor, public_id, topic, choice, form, status=422)
    return redirect("help_requests:review", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 3: “Review and submit. If applicable, upload files” (HR-05, HR-07)."""
    actor = _actor(request, "help_requests.submit")
    if made := services.made_of(actor=actor, draft=public_id):
        return redirect("help_requests:received", made.number)
    draft = wizard.find(actor=actor, public_id=public_id)
    if draft is None:
        raise Http404
    choice = Choice.of(draft.content)
    if missing := wizard.missing_step(actor, choice):
        return redirect(missing, public_id)
    files_form = FilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        for sentence in drafts.add_files(
            actor=actor, draft=draft, files=request.FILES.getlist("uploads")
        ):
            files_form.add_error("uploads", sentence)
        if "remove" in request.POST:
            _remove_file(actor, draft, request.POST["remove"])
        if not files_form.errors:
            if "submit" not in request.POST:
                return redirect("help_requests:review", public_id)
            return _submit(request, actor, public_id)
    topic = wizard.topic_of(actor, choice)
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "topic": topic,
        "category": Category(topic.category).label if topic else "",
        "choice": choice,
        "consumer": wizard.consumer_of(actor, choice) if topic and _is_about(topic) else None,
        "files": drafts.files_of(draft),
        "files_form": files_form,
        "days": selectors.first_response_days(actor.exchange_id),
    }
    return render(
        request, "help_requests/review.html", context, status=422 if files_form.errors else 200
    )


@require_safe
def received(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation: the number, who answers, and by when (C.4 2)."""
    actor = _actor(request, "help_requests.submit")
    case = Case.objects.visible_to(actor).filter(kind=KIND, number=number).first()
    if case is None:
        raise Http404
    context = {
        "number": case.number,
        "opened_at": case.opened_at,
        "team": case.queue.name if case.queue else "",
        "days": selectors.first_response_days(actor.exchange_id),
        "steps": STEPS,
    }
    return render(request, "help_requests/received.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = _actor(request, "help_requests.submit")
    if wizard.find(actor=actor, public_id=public_id) is None:
        raise Http404
    if request.method == "POST":
        drafts.discard_draft(actor=actor, public_id=public_id)
        messages.success(request, "The draft is gone.")
        return redirect("help_requests:home")
    context = {
        "title": "Discard this draft?",
        "text": "What you typed and the files you added to it are deleted.",
        "action_url": request.path,
        "submit_label": "Discard the draft",
        "cancel_url": reverse("help_requests:details", args=[public_id]),
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How satisfied enrollers are, by topic and month, against the target (CC-01, CC-16)."""
    actor = _actor(request, "help_requests.view_figures")
    context = {
        "figures": satisfaction.figures_for(actor),
        "target": satisfaction.TARGET,
        "near": satisfaction.TARGET - satisfaction.NEAR,
    }
    return render(request, "help_requests/figures.html", context)


def _actor(request: HttpRequest, action: str) -> Actor:
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    if not actor.has_module(KIND):
        raise Http404  # an exchange without help requests has no such pages
    return actor


def _said_once(topics: Sequence[HelpTopic]) -> str:
    """Who answers, where it is the same for all topics of a category; else each says it."""
    sentences = {topic.who_answers for topic in topics}
    return sentences.pop() if len(sentences) == 1 else ""


def _keep(actor: Actor, public_id: uuid.UUID, choice: Choice) -> Draft:
    try:
        return wizard.keep(actor=actor, public_id=public_id, choice=choice)
    except Draft.DoesNotExist:
        raise Http404 from None


def _is_about(topic: HelpTopic) -> bool:
    return topic.category == Category.CONSUMER


def _details_page(
    request: HttpRequest,
    actor: Actor,
    public_id: uuid.UUID,
    topic: HelpTopic,
    choice: Choice,
    form: DetailsForm,
    *,
    status: int = 200,
) -> HttpResponse:
    found: list[Consumer] = []
    if _is_about(topic) and choice.text:
        found = list(selectors.search_consumers(actor=actor, text=choice.text))
    chosen = wizard.consumer_of(actor, choice) if _is_about(topic) else None
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "topic": topic,
        "category": Category(topic.category).label,
        "form": form,
        "asks_consumer": _is_about(topic),
        "found": found,
        "is_full": len(found) == selectors.MOST_FOUND,
        "searched": bool(choice.text),
        "chosen": chosen,
        "is_chosen_found": chosen in found,
        "draft_url": reverse("casework:draft", args=[wizard.FORM, public_id]),
        "suggest_url": _suggest_url(actor),
    }
    return render(request, "help_requests/details.html", context, status=status)


def _suggest_url(actor: Actor) -> str:
    """Where suggested answers come from; empty where the exchange has no toolkits."""
    try:
        return reverse("toolkits:suggest") if actor.has_module("toolkits") else ""
    except NoReverseMatch:
        return ""


def _submit(request: HttpRequest, actor: Actor, public_id: uuid.UUID) -> HttpResponse:
    try:
        case = wizard.submit(actor=actor, public_id=public_id)
    except Draft.DoesNotExist:
        raise Http404 from None
    except Consumer.DoesNotExist:
        messages.error(request, _LOST)
        return redirect("help_requests:details", public_id)
    except (ValidationError, Refused) as error:
        told = error.messages if isinstance(error, ValidationError) else [str(error)]
        messages.error(request, " ".join(told))
        return redirect("help_requests:details", public_id)
    return redirect("help_requests:received", case.number)


def _remove_file(actor: Actor, draft: Draft, public_id: str) -> None:
    try:
        drafts.remove_document(actor=actor, draft=draft, public_id=uuid.UUID(public_id))
    except (Document.DoesNotExist, ValueError):
        raise Http404 from None


def _errors(form: forms.BaseForm) -> list[Any]:
    return [error for errors in form.errors.as_data().values() for error in errors]


def _put_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
