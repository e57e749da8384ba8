"""The producer's path in the guide's steps; the record of a call shares the first two."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from escalations.producers import calls, conversation, selectors, services, wizard
from escalations.producers.forms import DetailsForm, FilesForm, SearchForm, type_named
from escalations.producers.services import AlreadyOpen
from escalations.producers.table import KIND
from escalations.producers.views.common import actor_of, ids, put_errors
from escalations.producers.wizard import COMMISSION, ISSUE, WAYS, Choice, Way
from portal.casework import drafts, kinds
from portal.casework.machine import Refused, Status
from portal.casework.models import Case, Draft
from portal.documents.models import Document
from portal.tenancy.actor import Actor

STEPS = ("Choose the consumer", "Type and details", "Submitted")
CALL_STEPS = ("Choose the consumers", "The call", "Recorded")


@require_POST
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """Step 1: “Escalate”, “$”, or “Record a call”: a fresh draft under an id of its own (MD-13)."""
    actor_of(request, WAYS[way].action)
    return redirect("producers:choose", way, uuid.uuid4())


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """The desk's way in from the navigation: a fresh record of a call."""
    actor_of(request, wizard.RECORD.action)
    return redirect("producers:choose", wizard.RECORD.key, uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Step 2: search, tick, “Proceed to Escalate” (MD-14, MD-22); searches add up."""
    found_way = WAYS[way]
    actor = actor_of(request, found_way.action)
    choice = _load(actor, found_way, public_id)
    if request.method != "POST":
        return _choose_page(request, actor, found_way, public_id, choice)
    wizard.choose(
        choice,
        way=found_way,
        shown=ids(request.POST.getlist("shown")),
        ticked=ids(request.POST.getlist("consumer")),
    )
    for key in ids(request.POST.getlist("remove")):
        choice.consumers = [kept for kept in choice.consumers if kept != key]
    # Only what the actor may bring is kept, whatever was sent.
    choice.consumers = [one.pk for one in wizard.chosen(actor=actor, choice=choice)]
    form = None
    if "search" in request.POST:
        form = _search_form(actor, found_way, request.POST)
        if form.is_valid():
            carrier = form.cleaned_data.get("carrier")
            choice.text, choice.searched = form.cleaned_data["text"], True
            choice.carrier = carrier.pk if carrier else None
    try:
        _keep(actor, found_way, public_id, choice)
    except ValidationError as error:
        told = " ".join(error.messages)
        return _choose_page(
            request, actor, found_way, public_id, choice, form=form, problem=told, status=422
        )
    if form is not None and form.errors:
        return _choose_page(request, actor, found_way, public_id, choice, form=form, status=422)
    if "proceed" in request.POST:
        if problem := _not_ready(found_way, choice):
            return _choose_page(
                request, actor, found_way, public_id, choice, problem=problem, status=422
            )
        return redirect(_details_name(found_way), way, public_id)
    return redirect("producers:choose", way, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Steps 3 and 4: the type, the check of the consumer, description, files, Submit."""
    found_way = WAYS[way]
    if found_way not in (ISSUE, COMMISSION):
        raise Http404
    actor = actor_of(request, found_way.action)
    if made := services.made_of(actor=actor, draft=public_id):
        return redirect("producers:received", made.number)
    choice = _load(actor, found_way, public_id)
    if not wizard.chosen(actor=actor, choice=choice):
        return redirect("producers:choose", way, public_id)
    is_commission = found_way is COMMISSION
    if request.method != "POST":
        form = DetailsForm(actor=actor, is_commission=is_commission, initial=choice.typed)
        return _details_page(request, actor, found_way, public_id, choice, form)
    form = DetailsForm(request.POST, actor=actor, is_commission=is_commission)
    form.is_valid()
    # After the check: a number that was refused has been taken out of what is shown and kept.
    choice.typed = {
        name: form.data.get(name, "") for name in ("ticket_type", "verified", "description")
    }
    for key in ids(request.POST.getlist("remove")):
        choice.consumers = [kept for kept in choice.consumers if kept != key]
    try:
        draft = _keep(actor, found_way, public_id, choice)
    except ValidationError as error:
        put_errors(form, error)
        return _details_page(request, actor, found_way, public_id, choice, form, status=422)
    files_form = FilesForm(request.POST, request.FILES)
    files_form.is_valid()
    if found_way.takes_files:
        _take_files(request, actor, draft, files_form)
    if "submit" in request.POST:
        return _submit(request, actor, found_way, public_id, choice, form, files_form)
    if "back" in request.POST:
        return redirect("producers:choose", way, public_id)
    if files_form.errors:
        fresh = DetailsForm(actor=actor, is_commission=is_commission, initial=choice.typed)
        return _details_page(
            request, actor, found_way, public_id, choice, fresh, files_form, status=422
        )
    return redirect("producers:details", way, public_id)


@require_POST
def add_to_original(
    request: HttpRequest, way: str, public_id: uuid.UUID, number: str
) -> HttpResponse:
    """Add the description to the escalation that is open already, instead of a second one."""
    found_way = WAYS[way]
    actor = actor_of(request, found_way.action)
    choice = _load(actor, found_way, public_id)
    case = Case.objects.visible_to(actor).filter(kind=KIND, number=number).first()
    if case is None:
        raise Http404
    act_key = conversation.reply_act(case)
    try:
        conversation.reply_to_team(
            case=case, actor=actor, act_key=act_key, body=str(choice.typed.get("description", ""))
        )
    except (ValidationError, Refused) as error:
        told = error.messages if isinstance(error, ValidationError) else [str(error)]
        messages.error(request, " ".join(told))
        return redirect("producers:details", way, public_id)
    drafts.discard_draft(actor=actor, public_id=public_id)
    messages.success(request, f"Your description was added to {number}.")
    return redirect("casework:case", number)


@require_safe
def received(request: HttpRequest, number: str) -> HttpResponse:
    """Step 5: the confirmation with the incident number (MD-17)."""
    actor = actor_of(request, "producers.view_own")
    case = Case.objects.visible_to(actor).filter(kind=KIND, number=number).first()
    if case is None:
        raise Http404
    settings = selectors.type_settings(case)
    context = {
        "number": case.number,
        "opened_at": case.opened_at,
        "steps": STEPS,
        "is_commission": bool(settings and settings.is_commission),
    }
    return render(request, "producers/received.html", context)


def _submit(
    request: HttpRequest,
    actor: Actor,
    way: Way,
    public_id: uuid.UUID,
    choice: Choice,
    form: DetailsForm,
    files_form: FilesForm,
) -> HttpResponse:
    originals: list[dict[str, Any]] = []
    if form.is_valid() and files_form.is_valid() and not files_form.errors:
        try:
            case = wizard.submit(
                actor=actor,
                way=way,
                public_id=public_id,
                ticket_type=_type(actor, way, form),
                description=form.cleaned_data["description"],
                verified=form.cleaned_data["verified"],
            )
        except AlreadyOpen as found:
            originals = _originals(actor, found)
        except ValidationError as error:
            put_errors(form, error)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("producers:received", case.number)
    return _details_page(
        request,
        actor,
        way,
        public_id,
        choice,
        form,
        files_form,
        originals=originals,
        status=409 if originals else 422,
    )


def _originals(actor: Actor, found: AlreadyOpen) -> list[dict[str, Any]]:
    """Number and status of what is open already, and whether the actor may add to it (MD-08).

    Of an escalation that is not theirs to see a producer gets the number and the coarse status.
    """
    cases = {case.pk: case for case in found.originals.values()}
    visible = set(Case.objects.visible_to(actor).filter(pk__in=cases).values_list("pk", flat=True))
    statuses = kinds.get(KIND).machine.statuses
    return [
        {
            "number": case.number,
            "status": _status_shown(statuses[case.status], is_visible=case.pk in visible),
            "may_add": case.pk in visible,
        }
        for case in cases.values()
    ]


def _status_shown(status: Status, *, is_visible: bool) -> str:
    return status.label if is_visible else status.coarse.value


def _type(actor: Actor, way: Way, form: DetailsForm) -> Any:
    if way is COMMISSION:
        return selectors.commission_type(actor)
    return type_named(actor, form.cleaned_data["ticket_type"])


def _load(actor: Actor, way: Way, public_id: uuid.UUID) -> Choice:
    return wizard.load(actor=actor, way=way, public_id=public_id) or Choice()


def _keep(actor: Actor, way: Way, public_id: uuid.UUID, choice: Choice) -> Draft:
    try:
        return wizard.keep(actor=actor, way=way, public_id=public_id, choice=choice)
    except Draft.DoesNotExist:
        raise Http404 from None


def _not_ready(way: Way, choice: Choice) -> str:
    """Why the next step cannot begin yet; empty when it can."""
    if way is wizard.RECORD:
        try:
            calls.check_number_of_consumers(len(choice.consumers))
        except ValidationError as error:
            return " ".join(error.messages)
        return ""
    if choice.consumers:
        return ""
    if way is COMMISSION:
        return "A commission escalation is about a consumer: search, and choose at least one."
    return "Search for the consumer, and choose one."


def _search_form(actor: Actor, way: Way, data: Any = None, **kwargs: Any) -> SearchForm:
    return SearchForm(data, actor=actor, with_carrier=way.several, **kwargs)


def _choose_page(
    request: HttpRequest,
    actor: Actor,
    way: Way,
    public_id: uuid.UUID,
    choice: Choice,
    *,
    form: SearchForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    initial = {"text": choice.text, "carrier": choice.carrier}
    found = wizard.found(actor=actor, choice=choice)
    shown = {one.pk for one in found}
    context = {
        "way": way,
        "public_id": public_id,
        "steps": CALL_STEPS if way is wizard.RECORD else STEPS,
        "form": form or _search_form(actor, way, initial=initial),
        "found": found,
        "searched": choice.searched,
        "is_full": len(found) == selectors.MOST_FOUND,
        "ticked": set(choice.consumers),
        "elsewhere": [
            one for one in wizard.chosen(actor=actor, choice=choice) if one.pk not in shown
        ],
        "count": len(choice.consumers),
        "problem": problem,
        "most": calls.MOST_CONSUMERS,
    }
    return render(request, "producers/choose.html", context, status=status)


def _details_page(
    request: HttpRequest,
    actor: Actor,
    way: Way,
    public_id: uuid.UUID,
    choice: Choice,
    form: DetailsForm,
    files_form: FilesForm | None = None,
    *,
    originals: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = wizard.draft_of(actor=actor, way=way, public_id=public_id)
    context = {
        "way": way,
        "public_id": public_id,
        "steps": STEPS,
        "form": form,
        "files_form": files_form or FilesForm(),
        "files": drafts.files_of(draft) if way.takes_files else [],
        "consumers": wizard.verify(actor=actor, choice=choice),
        "originals": originals or [],
    }
    return render(request, "producers/details.html", context, status=status)


def _take_files(request: HttpRequest, actor: Actor, draft: Draft, form: FilesForm) -> None:
    sent = request.FILES.getlist("uploads")
    for sentence in drafts.add_files(actor=actor, draft=draft, files=sent):
        form.add_error("uploads", sentence)
    for public_id in request.POST.getlist("remove_file"):
        try:
            drafts.remove_document(actor=actor, draft=draft, public_id=uuid.UUID(public_id))
        except (Document.DoesNotExist, ValueError):
            raise Http404 from None


def _details_name(way: Way) -> str:
    return "producers:call-details" if way is wizard.RECORD else "producers:details"
