"""Acts through the browser: the form of the act's door, its errors, and conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from portal.casework import kinds, texts
from portal.casework.forms import ActForm
from portal.casework.kinds import ActDoor
from portal.casework.machine import Act, Conflict, Refused
from portal.casework.models import Case, TextTemplate
from portal.casework.projection import EventView, timeline_of
from portal.casework.selectors import case_for
from portal.casework.services import allowed_acts, check_allowed
from portal.casework.views.case import acts_offered, entries
from portal.casework.views.forms import put_errors
from portal.casework.views.requests import (
    BENCH,
    actor_of,
    back_from,
    bench_address,
    case_or_404,
    from_bench,
)
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class Difference:
    """A value as it stands now beside the one that was typed."""

    label: str
    current: str
    yours: str


@require_http_methods(["GET", "POST"])
def case_act(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Show the form of an act, or perform it.

    A refusal keeps what was typed and says what is possible instead. Where somebody else changed
    the case meanwhile, the page shows what they did and the values as they stand, beside one's own.
    """
    actor = actor_of(request)
    case = case_or_404(actor, number)
    act, door = _act_and_door(case, key)
    actor.require(act.action)
    try:
        check_allowed(act, case, actor)
    except Refused as refusal:
        return _refused(request, actor, case, act, refusal)
    if request.method == "GET":
        form = door.form(case=case, actor=actor)
        _insert_text(request, actor, case, form)
        return _form_page(request, actor, case, act, form)
    form = door.form(request.POST, request.FILES, case=case, actor=actor)
    if "look" in request.POST:
        # Written beside the timeline: an act that tells somebody outside asks first.
        form.is_valid()
        return _form_page(request, actor, case, act, form)
    if not form.is_valid():
        return _form_page(request, actor, case, act, form, status=422)
    return _perform(request, actor, case, act, door, form)


def _perform(
    request: HttpRequest, actor: Actor, case: Case, act: Act, door: ActDoor, form: forms.Form
) -> HttpResponse:
    try:
        door.service(
            case=case,
            actor=actor,
            expected_version=_version(request.POST),
            **form.cleaned_data,
        )
    except ValidationError as error:
        put_errors(form, error)
        return _form_page(request, actor, case, act, form, status=422)
    except Conflict as conflict:
        return _conflict(request, actor, case, act, door, form, conflict)
    except Refused as refusal:
        return _refused(request, actor, case, act, refusal, form)
    messages.success(request, f"{act.done or act.label}: {case.number}.")
    # To the list, when it was handed on to a unit whose cases one does not see.
    return back_from(request, case.number)


def _insert_text(request: HttpRequest, actor: Actor, case: Case, form: forms.Form) -> None:
    """Without script a text is inserted by asking for the page with it in its box."""
    pk, box = request.GET.get("text", ""), request.GET.get("into", "")
    if box in text_boxes(form) and pk.isascii() and pk.isdigit() and len(pk) < 19:
        text = TextTemplate.objects.usable_by(actor).filter(pk=pk).first()
        if text is not None:
            form.initial[box] = texts.fill(text.body, case=case, actor=actor)


def text_boxes(form: forms.Form) -> list[str]:
    """Names of the form's boxes for longer text."""
    return [name for name, field in form.fields.items() if isinstance(field.widget, forms.Textarea)]


def _act_and_door(case: Case, key: str) -> tuple[Act, ActDoor]:
    kind = kinds.get(case.kind)
    if key not in kind.doors:
        raise Http404
    return kind.machine.acts[key], kind.doors[key]


def _version(data: QueryDict) -> int | None:
    value = data.get("expected_version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _refused(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    act: Act,
    refusal: Refused,
    form: forms.Form | None = None,
) -> HttpResponse:
    fresh = case_for(actor, case.number)
    context = {
        "number": fresh.number,
        "act": act,
        "reason": str(refusal),
        "instead": acts_offered(fresh, actor),
        "typed": _typed(form) if form else [],
        "back_url": bench_address(request, fresh.number) if from_bench(request) else "",
    }
    return render(request, "casework/refused.html", context, status=409)


def _conflict(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    act: Act,
    door: ActDoor,
    form: forms.Form,
    conflict: Conflict,
) -> HttpResponse:
    fresh = case_for(actor, case.number)
    if act not in allowed_acts(fresh, actor):
        try:
            check_allowed(act, fresh, actor)
        except Refused as refusal:
            return _refused(request, actor, fresh, act, refusal, form)
    changes = _changes_since(fresh, actor, request.POST.get("seen_at", ""))
    return _form_page(
        request,
        actor,
        fresh,
        act,
        form,
        status=409,
        conflict=str(conflict),
        changes=entries(changes, kind=fresh.kind, marked=False),
        differences=_differences(form, door.form(case=fresh, actor=actor)),
    )


def _changes_since(case: Case, actor: Actor, seen_at: str) -> list[EventView]:
    """What happened after the actor looked; nothing for people outside, who see less."""
    try:
        since: datetime | None = parse_datetime(seen_at)
    except ValueError:
        since = None
    if since is None or since.tzinfo is None or actor.is_outside:
        return []
    return [event for event in timeline_of(case, actor, details=True) if event.at > since]


def _differences(form: forms.Form, current: forms.Form) -> list[Difference]:
    """Values that are there now and differ from what was typed."""
    found = []
    for bound in form.visible_fields():
        initial = current.initial.get(bound.name)
        if initial is None:
            continue
        now, yours = str(initial), str(form.cleaned_data.get(bound.name, ""))
        if now != yours:
            found.append(Difference(str(bound.label), now, yours))
    return found


def _typed(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed, so that a refusal loses no text; files cannot be given back."""
    return [
        (str(bound.label), str(bound.value()))
        for bound in form.visible_fields()
        if isinstance(bound.field.widget, forms.Textarea | forms.TextInput) and bound.value()
    ]


def _form_page(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    act: Act,
    form: forms.Form,
    *,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    door = kinds.get(case.kind).doors[act.key]
    boxes = text_boxes(form)
    context: Mapping[str, Any] = {
        "number": case.number,
        "act": act,
        "door": door,
        "form": form,
        "asks_nothing": not form.fields,
        "takes_files": form.is_multipart(),
        # Outside people act without a version: its growth would tell of inner work.
        "version": "" if actor.is_outside else case.version,
        "seen_at": "" if actor.is_outside else timezone.now().isoformat(),
        "tells_outside": (
            act.audience != "internal" and kinds.get(case.kind).is_shared and not actor.is_outside
        ),
        "brought_by": kinds.get(case.kind).brought_by.lower(),
        "page": BENCH if from_bench(request) else "",
        "back_url": bench_address(request, case.number) if from_bench(request) else "",
        "boxes": [(f.name, f.label, f.id_for_label) for f in map(form.__getitem__, boxes)],
        "texts": texts.offered_texts(actor) if boxes and not actor.is_outside else [],
        "ssn_warnings": getattr(form, "ssn_warnings", {}) if isinstance(form, ActForm) else {},
        **extra,
    }
    return render(request, "casework/act.html", context, status=status)
