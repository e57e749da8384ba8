"""One act on many cases of a list: first what it is about to do, then all of them or none."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.casework.common_acts import COMMON_ACTS, act_on_many
from portal.casework.doors import COMMON_DOORS
from portal.casework.machine import Act
from portal.casework.models import Case
from portal.casework.rows import for_rows, project_rows
from portal.casework.views.requests import actor_of
from portal.tenancy.actor import Actor

#: Acts that make sense for many cases at once, of any kind.
_OFFERED = ("take", "assign", "transfer", "watch", "unwatch")
#: Cases of one bulk act.
MOST = 200


@dataclass(frozen=True)
class BulkAct:
    """An act as the list offers it for the chosen rows."""

    key: str
    label: str


def bulk_acts(actor: Actor) -> list[BulkAct]:
    """What the actor may do to many cases at once."""
    acts = {act.key: act for act in COMMON_ACTS}
    return [
        BulkAct(key, _label(acts[key]))
        for key in _OFFERED
        if actor.may(acts[key].action) and not actor.read_only
    ]


@require_http_methods(["GET", "POST"])
def bulk_act(request: HttpRequest) -> HttpResponse:
    """Name the chosen cases and ask what the act needs; then act on all of them or on none."""
    actor = actor_of(request)
    data = request.POST if request.method == "POST" else request.GET
    act = next((act for act in COMMON_ACTS if act.key == data.get("act")), None)
    if act is None or act.key not in _OFFERED:
        raise BadRequest("There is no such action for many cases.")
    actor.require(act.action)
    numbers = list(dict.fromkeys(data.getlist("case")))
    if not numbers:
        messages.error(request, "Choose at least one case first.")
        return redirect("casework:queue")
    if len(numbers) > MOST:
        raise BadRequest(f"At most {MOST} cases at once.")
    rows = for_rows(Case.objects.visible_to(actor).filter(number__in=numbers), actor)
    cases = list(rows.order_by("number"))
    if len(cases) != len(numbers):
        raise Http404
    form_class = COMMON_DOORS[act.key].form
    if request.method == "POST":
        form = form_class(request.POST, actor=actor)
        if form.is_valid():
            try:
                act_on_many(actor=actor, numbers=numbers, act_key=act.key, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, f"{act.done or act.label}: {_count(len(cases))}.")
                return redirect("casework:queue")
    else:
        form = form_class(actor=actor)
    context = {
        "act": act,
        "title": f"{_label(act)}: {_count(len(cases))}",
        "label": _label(act),
        "form": form,
        "numbers": numbers,
        "rows": project_rows(actor, cases, surface="bulk"),
    }
    return render(request, "casework/bulk.html", context, status=422 if form.errors else 200)


def _label(act: Act) -> str:
    return {"take": "Take"}.get(act.key, act.label)


def _count(number: int) -> str:
    return f"{number:,} case{'' if number == 1 else 's'}"
