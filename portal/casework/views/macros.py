"""Macros through the browser: making them, and running one after a look at what it will do."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.casework import kinds, macro_runs, macros
from portal.casework.machine import Refused
from portal.casework.models import Case, Macro, TextTemplate
from portal.casework.progress import progress_of
from portal.casework.views.forms import put_errors
from portal.casework.views.requests import actor_of, back_from, chosen_numbers, from_bench
from portal.casework.workbench_forms import MacroForm, NewMacroForm
from portal.casework.workbench_models import MAKE
from portal.tenancy.actor import Actor


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The macros and texts the actor may change."""
    actor = actor_of(request, MAKE)
    labels = {kind.key: kind.plural for kind in kinds.all_kinds()}
    found = Macro.objects.managed_by(actor).select_related("organization")
    rows = [
        {
            "pk": macro.pk,
            "name": macro.name,
            "unit": macro.organization.name,
            "kind": labels.get(macro.kind, "Every kind"),
            "steps": len(macro.steps),
            "is_active": macro.is_active,
        }
        for macro in found
    ]
    texts = TextTemplate.objects.managed_by(actor).select_related("organization")
    return render(request, "casework/macros.html", {"macros": rows, "texts": list(texts)})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Name a macro; its steps are added on its own page."""
    actor = actor_of(request, MAKE)
    initial = {"organization": actor.organization_id}
    form = NewMacroForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            macro = macros.save_macro(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("casework:macro-edit", macro.pk)
    status = 422 if form.errors else 200
    return render(request, "casework/macro_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A macro with its steps; change its name, its unit, and whether it is in use."""
    actor = actor_of(request, MAKE)
    macro = _macro(actor, pk)
    initial = {
        "name": macro.name,
        "organization": macro.organization_id,
        "is_active": macro.is_active,
    }
    form = MacroForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            macros.save_macro(actor=actor, macro=macro, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Macro saved.")
            return redirect("casework:macro-edit", pk)
    context = {
        "form": form,
        "macro": {"pk": macro.pk, "name": initial["name"], "kind": _kind_label(macro)},
        "steps": macros.steps_of(macro, actor),
        "acts": [(key, act.label) for key, (act, _) in macros.acts_for(macro.kind, actor).items()],
        "may_add": len(macro.steps) < macros.MOST_STEPS,
    }
    return render(request, "casework/macro.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in one act (``?act=``) as the macro will do it, and add it as the last step."""
    actor = actor_of(request, MAKE)
    macro = _macro(actor, pk)
    data = request.POST if request.method == "POST" else request.GET
    key = data.get("act", "")
    try:
        form = macros.step_form(macro, key, actor, request.POST if data is request.POST else None)
        if request.method == "POST":
            macros.add_step(actor=actor, macro=macro, act_key=key, data=request.POST)
            messages.success(request, "Step added.")
            return redirect("casework:macro-edit", pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("casework:macro-edit", pk)
    except ValidationError as error:
        if not form.errors:
            put_errors(form, error)
    act, door = macros.acts_for(macro.kind, actor)[key]
    context = {"form": form, "act": act, "door": door, "macro": {"pk": pk, "name": macro.name}}
    return render(request, "casework/macro_step.html", context, status=422 if form.errors else 200)


@require_POST
def move_step(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Let a step change places with the one before it."""
    actor = actor_of(request, MAKE)
    try:
        macros.move_step_up(actor=actor, macro=_macro(actor, pk), place=place)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:macro-edit", pk)


@require_POST
def remove_step(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Take a step out."""
    actor = actor_of(request, MAKE)
    try:
        macros.remove_step(actor=actor, macro=_macro(actor, pk), place=place)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:macro-edit", pk)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a macro; what was done with it stays."""
    actor = actor_of(request, MAKE)
    macros.delete_macro(actor=actor, macro=_macro(actor, pk))
    messages.success(request, "Macro deleted.")
    return redirect("casework:macros")


@require_http_methods(["GET", "POST"])
def run(request: HttpRequest) -> HttpResponse:
    """Choose a macro for the chosen cases, look at what it will do to each, then let it.

    Everything is done in one transaction, or nothing: a case that refuses a step, or that
    somebody changed since the preview, stops the whole run and is named.
    """
    actor = actor_of(request, "casework.workbench")
    data = request.POST if request.method == "POST" else request.GET
    numbers = sorted(chosen_numbers(data))
    if not numbers:
        messages.error(request, "Choose at least one case first.")
        return redirect("casework:queue")
    if len(numbers) > macro_runs.MOST_CASES:
        raise BadRequest(f"A macro runs on at most {macro_runs.MOST_CASES} cases at once.")
    cases = Case.objects.visible_to(actor).filter(number__in=numbers).order_by()
    found = dict(cases.values_list("number", "kind"))
    if len(found) != len(numbers):
        raise Http404
    usable = macros.usable_macros(actor, kind_keys=sorted(set(found.values())))
    context = {
        "numbers": numbers,
        "macros": [(macro.pk, macro.name, macro.organization.name) for macro in usable],
        "page": "workbench" if from_bench(request) else "",
        "progress_key": uuid.uuid4().hex,
    }
    if not data.get("macro"):
        return render(request, "casework/macro_choose.html", context)
    macro = _usable(actor, data["macro"])
    error = ""
    if request.method == "POST":
        try:
            done = macro_runs.run_macro(
                actor=actor,
                macro=macro,
                numbers=numbers,
                seen=_seen(request, numbers),
                macro_version=_number(request.POST.get("macro_version", "")),
                progress=progress_of(actor, request.POST.get("progress", "")),
            )
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, f"“{macro.name}” done: {_count(len(done))}.")
            return back_from(request, done[0] if len(done) == 1 else "")
    try:
        previews = macro_runs.preview_macro(actor=actor, macro=macro, numbers=numbers)
    except ValidationError as refusal:
        previews, error = [], " ".join(refusal.messages)
    context |= {
        "macro": {"pk": macro.pk, "name": macro.name, "version": macro.version},
        "previews": previews,
        "possible": bool(previews) and all(preview.possible for preview in previews),
        "stopped": sum(not preview.possible for preview in previews),
        "error": error,
    }
    return render(request, "casework/macro_run.html", context, status=422 if error else 200)


def _macro(actor: Actor, pk: int) -> Macro:
    rows = Macro.objects.managed_by(actor).select_related("organization")
    macro: Macro = get_object_or_404(rows, pk=pk)
    return macro


def _usable(actor: Actor, value: str) -> Macro:
    rows = Macro.objects.usable_by(actor).filter(is_active=True)
    macro: Macro = get_object_or_404(rows, pk=_number(value) or 0)
    return macro


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _seen(request: HttpRequest, numbers: list[str]) -> dict[str, int]:
    """The versions of the cases as the preview showed them."""
    found = {}
    for number in numbers:
        version = _number(request.POST.get(f"version-{number}", ""))
        if version is not None:
            found[number] = version
    return found


def _kind_label(macro: Macro) -> str:
    labels = {kind.key: kind.plural for kind in kinds.all_kinds()}
    return labels.get(macro.kind, "Every kind of case")


def _count(number: int) -> str:
    return f"{number:,} case{'' if number == 1 else 's'}"
