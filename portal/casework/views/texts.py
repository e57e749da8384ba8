"""The texts of a unit: making them, and filling one in for a case."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.casework import kinds, texts
from portal.casework.models import TextTemplate
from portal.casework.projection import acts_of
from portal.casework.views.case import composers_of
from portal.casework.views.forms import put_errors
from portal.casework.views.requests import BENCH, actor_of, case_or_404, from_bench
from portal.casework.workbench_forms import TextForm
from portal.casework.workbench_models import MAKE


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a text for a unit."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a text."""
    actor = actor_of(request, MAKE)
    rows = TextTemplate.objects.managed_by(actor).select_related("organization")
    return _edit(request, get_object_or_404(rows, pk=pk))


def _edit(request: HttpRequest, text: TextTemplate | None) -> HttpResponse:
    actor = actor_of(request, MAKE)
    initial = (
        {"name": text.name, "body": text.body, "organization": text.organization_id}
        if text
        else {"organization": actor.organization_id}
    )
    form = TextForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            texts.save_text(actor=actor, text=text, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Text saved.")
            return redirect("casework:macros")
    context = {"form": form, "text": text}
    return render(request, "casework/text.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a text; what was written with it stays."""
    actor = actor_of(request, MAKE)
    rows = TextTemplate.objects.managed_by(actor).select_related("organization")
    texts.delete_text(actor=actor, text=get_object_or_404(rows, pk=pk))
    messages.success(request, "Text deleted.")
    return redirect("casework:macros")


@require_GET
def for_case(request: HttpRequest, number: str) -> HttpResponse:
    """The pickers of texts for the boxes beside a case's timeline, fetched when asked for."""
    actor = actor_of(request, "casework.workbench")
    case = case_or_404(actor, number)
    offered = {act["key"] for act in acts_of(case, actor)}
    context = {
        "number": number,
        "composers": composers_of(kinds.get(case.kind), case, actor, offered),
        "texts": texts.offered_texts(actor),
        "page": BENCH if from_bench(request) else "",
    }
    return render(request, "casework/_inserts.html", context)


@require_GET
def filled(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A text with the case's facts in its places, as plain text for the box it goes into."""
    actor = actor_of(request)
    case = case_or_404(actor, number)
    text = TextTemplate.objects.usable_by(actor).filter(pk=pk).first()
    if text is None:
        raise Http404
    return HttpResponse(
        texts.fill(text.body, case=case, actor=actor), content_type="text/plain; charset=utf-8"
    )
