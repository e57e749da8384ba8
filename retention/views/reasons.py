"""Resolution reasons as an exchange words them (CRW-15, decision 19)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.casework.views.forms import put_errors
from retention.forms import NewReasonForm, ReasonForm
from retention.models import ResolutionReason
from retention.reasons import ACTION, add_reason, change_reason, found_reasons, reasons_of
from retention.views.requests import actor_with


@require_http_methods(["GET", "POST"])
def reasons(request: HttpRequest) -> HttpResponse:
    """The list, and a form to add one; an exchange without any may begin with the proposal's."""
    actor = actor_with(request, ACTION)
    if request.method == "POST" and "proposed" in request.POST:
        found_reasons(exchange=actor.exchange)
        return redirect("retention:reasons")
    form = NewReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_reason(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"“{added.label}” was added.")
            return redirect("retention:reasons")
    context = {"form": form, "reasons": reasons_of(actor)}
    return render(request, "retention/reasons.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Word one reason anew, move it, or take it out of use."""
    actor = actor_with(request, ACTION)
    try:
        found = reasons_of(actor).get(pk=pk)
    except ResolutionReason.DoesNotExist:
        raise Http404 from None
    names = ("label", "position", "counts_as_renewed", "is_active")
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_reason(actor=actor, reason=found, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "The reason was saved. Closed cases keep theirs.")
            return redirect("retention:reasons")
    context = {"form": form, "label": found.label}
    return render(request, "retention/reason.html", context, status=422 if form.errors else 200)
