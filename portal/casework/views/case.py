"""The page of one case, whatever its kind; what it shows is the kind's projection."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Textarea
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.casework import kinds, panels, presence
from portal.casework.disclosures import record_shown
from portal.casework.due import days_left, default_calendar
from portal.casework.forms import PlainForm
from portal.casework.kinds import CaseKind
from portal.casework.machine import Audience, Coarse
from portal.casework.models import Attachment, Case
from portal.casework.projection import CaseDetailView, CaseStatusView, EventView, acts_of
from portal.casework.rows import status_tone
from portal.casework.selectors import attachment_for
from portal.casework.views.requests import actor_of, case_or_404
from portal.documents.responses import attachment_response
from portal.documents.services import DocumentUnavailable
from portal.tenancy.actor import Actor

#: Acts that have a place of their own on the page, so they are no button in the list of acts.
_PLACED = frozenset({"attach", "link", "watch", "unwatch"})


@dataclass(frozen=True)
class Button:
    """An act as the page offers it: done at once, or through a page with a form."""

    key: str
    label: str
    at_once: bool
    #: 0 and 1 belong to the case's present step, 2 is possible at any time.
    rank: int


@dataclass(frozen=True)
class Composer:
    """A form beside the timeline, marked with whose eyes its text is for."""

    key: str
    label: str
    visibility: str
    fields: Sequence[Any]
    #: The act asks before it is done, so the form leads to its page first.
    asks_first: bool

    @property
    def boxes(self) -> list[tuple[str, str, str]]:
        """Its boxes for longer text: name, label and id."""
        return [
            (f.name, str(f.label), f.id_for_label)
            for f in self.fields
            if isinstance(f.field.widget, Textarea)
        ]


@dataclass(frozen=True)
class Entry:
    """A line of the timeline, ready for the ``timeline`` tag."""

    when: Any
    title: str
    actor: str
    body: str
    visibility: str


@require_GET
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one case: status only, or with its details, as its gate decides.

    A kind that is worked in pages of its own has its case page there.
    """
    actor = actor_of(request)
    case = case_or_404(actor, number)
    if (kind := kinds.get(case.kind)).has_workspace:
        return redirect(kind.url_name, number)
    context = case_context(request, actor, case)
    detailed = context["case"].shows_details
    template = "casework/case.html" if detailed else "casework/case_status.html"
    return render(request, template, context)


def case_context(request: HttpRequest, actor: Actor, case: Case) -> dict[str, Any]:
    """What the body of a case's page is given, wherever it stands.

    Raises:
        Http404: the actor may see nothing of it.
    """
    kind = kinds.get(case.kind)
    view = project(kind, actor, case)
    context: dict[str, Any] = {
        "case": view,
        "tone": _tone(kind, case, view),
        "panels": panels.panels_for(actor, case, shows_details=view.shows_details),
        "others": presence.arrive(actor=actor, case=case),
        "heartbeat": presence.HEARTBEAT,
        "own_list": kind.own_list if actor.is_outside else "",
        "own_list_label": kind.plural,
        "show_base": "?",
    }
    if not isinstance(view, CaseDetailView):
        context["events"] = entries(view.timeline, kind=case.kind, marked=False)
        return context
    show = request.GET.get("show", "all") if not actor.is_outside else "all"
    has_office = case.organization_id is not None and kind.is_shared
    offered = {act["key"] for act in view.acts}
    buttons = _buttons(kind, view)
    calendar = default_calendar(actor.exchange_id) if view.due_at else None
    context |= {
        "events": entries(
            _filtered(view.timeline, show),
            kind=case.kind,
            marked=not actor.is_outside,
            has_office=has_office,
        ),
        "show": show if show in ("office", "internal") else "all",
        "has_office": has_office,
        "brought_by": kind.brought_by,
        "due_days": days_left(calendar, view.due_at, timezone.now()),
        "buttons": [button for button in buttons if button.rank < 2][:3],
        "more_buttons": [button for n, button in enumerate(buttons) if button.rank == 2 or n > 2],
        "composers": composers_of(kind, case, actor, offered),
        "may_attach": "attach" in offered,
        "may_link": "link" in offered,
        "may_watch": "watch" in offered,
        "is_watched": getattr(case, "is_watched", False),
        "seen_at": timezone.now().isoformat(),
    }
    return context


@require_GET
def case_presence(request: HttpRequest, number: str) -> HttpResponse:
    """The banner of who else has the case open; asked for by an open page again and again."""
    actor = actor_of(request)
    case = case_or_404(actor, number)
    return render(
        request,
        "casework/_presence.html",
        {"others": presence.arrive(actor=actor, case=case)},
    )


@require_GET
def case_file(request: HttpRequest, number: str, public_id: uuid.UUID) -> HttpResponse:
    """A file of a case, as a download, for a reader whom the gate shows details now."""
    actor = actor_of(request)
    try:
        attachment = attachment_for(actor, number, public_id)
        response = attachment_response(attachment.document)
    except (Attachment.DoesNotExist, DocumentUnavailable):
        raise Http404 from None
    record_shown(
        actor=actor,
        action="casework.file_fetched",
        cases=[attachment.case_id],
        fields=["files"],
        data={"document": attachment.document_id},
    )
    return response


def project(kind: CaseKind, actor: Actor, case: Case) -> CaseStatusView:
    """What the actor may see of the case.

    Raises:
        Http404: nothing at all.
    """
    if kind.project is None:
        raise Http404
    try:
        return kind.project(actor, case)
    except Case.DoesNotExist:
        raise Http404 from None


def entries(
    events: Sequence[EventView], *, kind: str, marked: bool, has_office: bool = True
) -> list[Entry]:
    """Timeline entries; ``marked`` says for each who can read it.

    On a case no office brought everything is internal, so only its texts are marked.
    """
    return [
        Entry(
            when=event.at,
            title=_title(event),
            actor=event.actor,
            body=event.text,
            visibility=_visibility(event, has_office) if marked else "",
        )
        for event in events
    ]


def _title(event: EventView) -> str:
    if event.to_status and event.to_status != event.from_status and event.from_status:
        return f"{event.label}: {event.from_status} → {event.to_status}"
    return event.label


def _visibility(event: EventView, has_office: bool) -> str:
    audience = event.text_audience or event.audience
    if audience == Audience.INTERNAL or not has_office:
        return "internal" if event.text else ""
    return "shared"


def _filtered(events: Sequence[EventView], show: str) -> Sequence[EventView]:
    if show == "office":
        return [e for e in events if e.audience != Audience.INTERNAL]
    if show == "internal":
        return [e for e in events if Audience.INTERNAL in (e.audience, e.text_audience)]
    return events


def _tone(kind: CaseKind, case: Case, view: CaseStatusView) -> str:
    if isinstance(view, CaseDetailView):
        return status_tone(kind.machine.statuses[case.status])
    return {Coarse.RESOLVED.value: "success", Coarse.REFERRED.value: "neutral"}.get(
        view.status, "info"
    )


def _buttons(kind: CaseKind, view: CaseDetailView) -> list[Button]:
    """To take the case first, then the acts of its status, then what is always possible."""
    shown = [
        act
        for act in view.acts
        if act["key"] not in _PLACED and not kind.doors[act["key"]].composer
    ]
    buttons = [
        Button(
            key=act["key"],
            label=act["label"],
            at_once=kind.doors[act["key"]].form is PlainForm and not act["confirm"],
            rank=_rank(kind, act["key"]),
        )
        for act in shown
    ]
    return sorted(buttons, key=lambda button: button.rank)


def _rank(kind: CaseKind, key: str) -> int:
    if key == "take":
        return 0
    return 2 if isinstance(kind.machine.acts[key].sources, str) else 1


def composers_of(kind: CaseKind, case: Case, actor: Actor, offered: set[str]) -> list[Composer]:
    """The forms beside the timeline for the acts ``offered`` (keys)."""
    found = []
    for key, door in kind.doors.items():
        if not door.composer or key not in offered:
            continue
        form = door.form(case=case, actor=actor, auto_id=f"id_{key}_%s")
        act = kind.machine.act(key)
        found.append(
            Composer(
                key=key,
                label=act.label,
                visibility=door.composer,
                # Choices are left to the act's own page: listing them costs a query.
                fields=[f for f in form.visible_fields() if not hasattr(f.field, "choices")],
                asks_first=act.confirm,
            )
        )
    return found


def acts_offered(case: Case, actor: Actor) -> list[str]:
    """Labels of what the actor could do on the case instead."""
    return [act["label"] for act in acts_of(case, actor)]
