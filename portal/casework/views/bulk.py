"""One act on many cases of a list: first what it is about to do, then all of them or none."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.casework import bulk, kinds
from portal.casework.bulk import BulkAct
from portal.casework.common_acts import act_on_many
from portal.casework.models import Case
from portal.casework.progress import progress_of, read_progress
from portal.casework.rows import for_rows, project_rows
from portal.casework.views.requests import actor_of, chosen_numbers
from portal.tenancy.actor import Actor, NotAllowed


def bulk_acts(actor: Actor, kind_keys: list[str]) -> tuple[list[BulkAct], list[BulkAct]]:
    """What a list of cases of these kinds offers for the chosen rows."""
    return bulk.offered(actor, kind_keys)


@require_http_methods(["GET", "POST"])
def bulk_act(request: HttpRequest) -> HttpResponse:
    """Name the chosen cases and ask what the act needs; then act on all of them or on none."""
    actor = actor_of(request)
    data = request.POST if request.method == "POST" else request.GET
    key = data.get("act", "")
    if key == "other":  # chosen from the list of further actions
        key = data.get("other", "")
    every_kind = [kind.key for kind in kinds.all_kinds()]
    if (known := bulk.find_act(key, every_kind)) is None:
        raise BadRequest("There is no such action for many cases.")
    actor.require(known[0].action)
    if actor.is_outside:
        raise NotAllowed(known[0].action)
    numbers = chosen_numbers(data)
    if not numbers:
        messages.error(request, "Choose at least one case first.")
        return redirect("casework:queue")
    if len(numbers) > bulk.MOST:
        raise BadRequest(f"At most {bulk.MOST} cases at once.")
    rows = for_rows(Case.objects.visible_to(actor).filter(number__in=numbers), actor)
    cases = list(rows.order_by("number"))
    if len(cases) != len(numbers):
        raise Http404
    found = bulk.find_act(key, dict.fromkeys(case.kind for case in cases))
    act, door = found or known
    actor.require(act.action)
    context = {
        "act": act,
        "title": f"{bulk.label_of(act)}: {_count(len(cases))}",
        "label": bulk.label_of(act),
        "numbers": numbers,
        "rows": project_rows(actor, cases, surface="bulk"),
        "progress_key": uuid.uuid4().hex,
    }
    try:
        bulk.check_same(key, door, cases)
    except bulk.NotForAll as refusal:
        context["prevents"] = (
            f"{refusal.number}: this kind of case has no such action, or asks for something else."
            " Nothing was changed. Choose cases of one kind."
        )
        return render(request, "casework/bulk.html", context, status=422)
    if request.method == "POST":
        form = door.form(request.POST, actor=actor)
        if form.is_valid():
            try:
                act_on_many(
                    actor=actor,
                    numbers=numbers,
                    act_key=act.key,
                    progress=progress_of(actor, request.POST.get("progress", "")),
                    **form.cleaned_data,
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, f"{act.done or act.label}: {_count(len(cases))}.")
                return redirect("casework:queue")
    else:
        form = door.form(actor=actor)
    context["form"] = form
    return render(request, "casework/bulk.html", context, status=422 if form.errors else 200)


@require_GET
def progress(request: HttpRequest, key: str) -> JsonResponse:
    """How far the person's own long act is: ``{"done": 3, "total": 40}``."""
    done, total = read_progress(actor_of(request), key)
    return JsonResponse({"done": done, "total": total})


def _count(number: int) -> str:
    return f"{number:,} case{'' if number == 1 else 's'}"
