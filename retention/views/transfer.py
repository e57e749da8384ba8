"""Handing chosen cases of the worklist to another Agent Level 2 (CRW-16)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.views.forms import put_errors
from portal.casework.views.requests import chosen_numbers
from retention.forms import TransferForm
from retention.models import CrwCase
from retention.table import KIND
from retention.transfers import MOST, transfer_cases
from retention.views.requests import actor_with
from retention.worklist import project_rows, with_row


@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest) -> HttpResponse:
    """Name the chosen cases and ask for the agent; then hand over all of them or none."""
    actor = actor_with(request, "retention.transfer")
    data = request.POST if request.method == "POST" else request.GET
    numbers = chosen_numbers(data)
    if not numbers:
        messages.error(request, "Choose at least one case first.")
        return redirect("retention:cases")
    if len(numbers) > MOST:
        messages.error(request, f"Choose at most {MOST} cases at once.")
        return redirect("retention:cases")
    cases = list(
        Case.objects.visible_to(actor)
        .filter(kind=KIND, number__in=numbers)
        .select_related("organization")
    )
    if len(cases) != len(numbers):
        raise Http404
    if request.method == "POST":
        form = TransferForm(request.POST, case=cases[0], actor=actor)
        if form.is_valid():
            try:
                transfer_cases(cases=cases, actor=actor, person=form.cleaned_data["person"])
            except ValidationError as error:
                put_errors(form, error)
            except Refused as refusal:
                form.add_error(None, f"{refusal} Nothing was changed.")
            else:
                count = f"{len(cases)} case{'' if len(cases) == 1 else 's'}"
                messages.success(request, f"Transferred: {count}.")
                return redirect("retention:cases")
    else:
        form = TransferForm(case=cases[0], actor=actor)
    chosen = CrwCase.objects.visible_to(actor).filter(pk__in=[case.pk for case in cases])
    rows = with_row(chosen).order_by("case__number")
    context = {
        "form": form,
        "numbers": numbers,
        "rows": project_rows(actor, list(rows), timezone.now(), surface="crw.transfer"),
    }
    status = 422 if form.errors else 200
    return render(request, "retention/transfer.html", context, status=status)
