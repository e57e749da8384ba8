"""The page of one CRW case, with the sections and fields of the guide (CRW-12, CRW-14)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.casework.views.case import entries, project
from retention.forms import CloseForm, InteractionForm
from retention.kind import CRW
from retention.projection import CrwCaseView
from retention.table import MACHINE
from retention.views.requests import crw_case_or_404, reader_of


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Consumer, risk, interactions and resolution; each act leads through its own door."""
    actor = reader_of(request)
    found = crw_case_or_404(actor, number)
    view = project(CRW, actor, found)
    assert isinstance(view, CrwCaseView)
    offered = {act["key"] for act in view.acts}
    sections = {section.key: section for section in view.sections}
    context: dict[str, Any] = {
        "case": view,
        "consumer": sections["consumer"],
        "risk": sections["risk"],
        "interactions": sections["interactions"],
        "resolution": sections["resolution"],
        "status_tone": "success" if not view.is_open else "info",
        "events": entries(view.timeline, kind=found.kind, marked=False),
        "buttons": [
            (key, MACHINE.acts[key].label)
            for key in ("set_reminder", "transfer_to_agent", "reopen")
            if key in offered
        ],
        "seen_at": timezone.now().isoformat(),
    }
    if "log_interaction" in offered:
        context["interaction_form"] = InteractionForm(case=found, actor=actor, auto_id="id_log_%s")
    if "close" in offered:
        context["close_form"] = CloseForm(case=found, actor=actor, auto_id="id_close_%s")
    return render(request, "retention/case.html", context)
