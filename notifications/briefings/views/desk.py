"""Pages for Outreach and Sales: what was written, one of them, and every act on it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from notifications.briefings import services
from notifications.briefings.audience import count_people, described
from notifications.briefings.figures import COLUMNS, export_figures, figures_of, stopped_by
from notifications.briefings.forms import BriefingForm, SendForm, values_of
from notifications.briefings.mails import send_test, words_of
from notifications.briefings.models import Briefing, State, contact_of
from notifications.briefings.names import ALERT_MAIL, NEWS_MAIL, WRITE
from notifications.briefings.requests import actor_with, briefing_or_404, show_errors
from portal.casework.machine import Conflict, Refused
from portal.documents.responses import content_disposition
from portal.spreadsheets import FORMATS
from portal.toolkits.markdown import render as render_markdown

SIZE: Final = 30
_TONES: Final = {
    State.DRAFT: "info",
    State.APPROVED: "info",
    State.SCHEDULED: "warning",
    State.SENDING: "warning",
    State.SENT: "success",
    State.ARCHIVED: "neutral",
}
_LABELS: Final = {"organization_ids": "Only these agencies and entities"}
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All of the exchange's: what is in the making on top, then what went out, newest first."""
    actor = actor_with(request, WRITE)
    rows = Briefing.objects.visible_to(actor).defer("words", "body", "text")
    page = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": [(row, _TONES[State(row.state)]) for row in page.object_list],
        "total": page.paginator.count,
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "briefings/desk.html", context)


@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One briefing as readers will see it and get it, for whom it is, and how far it got."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    state = State(found.state)
    is_in_making = state in (State.DRAFT, State.APPROVED)
    context = {
        "briefing": found,
        "tone": _TONES[state],
        "html": render_markdown(found.body),
        "mail": words_of(found, key=ALERT_MAIL if found.is_alert else NEWS_MAIL),
        "can_be_stopped": not found.is_alert,
        "contact": contact_of(actor.exchange),
        "audience": described(found),
        "people": None if found.is_out else count_people(found),
        "can_change": is_in_making,
        "can_approve": state is State.DRAFT and not services.has_written(actor, found),
        "waits_for_colleague": state is State.DRAFT and services.has_written(actor, found),
        "can_send": state is State.APPROVED,
        "can_cancel": state is State.SCHEDULED,
        "can_archive": state is State.SENT,
        "columns": COLUMNS,
        "figures": figures_of(found) if found.is_out else [],
        "stopped": stopped_by(found) if found.is_out else 0,
        "formats": [*FORMATS],
        "changes": [
            {
                "when": change.at,
                "title": change.get_what_display(),
                "actor": change.person.full_name if change.person else "The portal",
                "body": _named(change.fields),
            }
            for change in found.changes.select_related("person")[:50]
        ],
    }
    return render(request, "briefings/draft.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    actor = actor_with(request, WRITE)
    form = BriefingForm(request.POST or None, exchange=actor.exchange, chosen=[])
    if request.method == "POST" and form.is_valid():
        try:
            written = services.write_briefing(actor=actor, **form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, "The draft is saved. A colleague has to approve it.")
            return redirect("briefings:draft", written.pk)
    return _form_page(request, form, title="New alert or briefing")


@get_or_post
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what has not gone out; what was typed is kept when somebody was faster."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else found.version
    form = BriefingForm(
        request.POST or None,
        exchange=actor.exchange,
        chosen=found.languages,
        initial=values_of(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_briefing(
                actor=actor, briefing=found, expected_version=expected, **form.values
            )
        except Conflict as conflict:
            form.add_error(None, f"{conflict} {_difference(found, form.values)}")
            expected = conflict.current_version
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The change is saved.")
            return redirect("briefings:draft", pk)
    return _form_page(request, form, title="Change the draft", briefing=found, version=expected)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve it as it was read."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else 0
    return _done(
        request,
        found,
        lambda: services.approve_briefing(actor=actor, briefing=found, expected_version=expected),
        "It is approved. Send it, or give it a time.",
    )


@get_or_post
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it now or at a time, after a look at how many people get it."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    form = SendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        send_at = form.cleaned_data["send_at"]
        try:
            services.schedule_briefing(actor=actor, briefing=found, send_at=send_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("briefings:draft", pk)
        except ValidationError as error:
            show_errors(form, error)
        else:
            said = "It goes out at its time." if send_at else "It is on its way."
            messages.success(request, said)
            return redirect("briefings:draft", pk)
    people = count_people(found)
    context: dict[str, Any] = {
        "title": "Send this alert?" if found.is_alert else "Send this briefing?",
        "text": "Who gets it is found once more at the moment it goes."
        " Once the first reader has it, it cannot be stopped.",
        "form": form,
        "submit_label": "Send",
        "details": [
            ("Title", found.title),
            ("For whom", described(found)),
            ("People at this moment", f"{people:,}"),
            ("Mail", _mail_said(found)),
        ],
    }
    status = 422 if form.is_bound and form.errors else 200
    return _confirm(request, found, status=status, **context)


@get_or_post
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it before it goes, after a second thought."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    if request.method == "POST":
        return _done(
            request,
            found,
            lambda: services.cancel_briefing(actor=actor, briefing=found),
            "It is stopped. It stays approved.",
        )
    return _confirm(
        request,
        found,
        title="Stop this before it goes out?",
        text="Nobody gets it. It stays approved and can be sent later.",
        submit_label="Stop it",
        danger=True,
        details=[("Title", found.title)],
    )


@get_or_post
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it into the archive, after a second thought."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    if request.method == "POST":
        return _done(
            request,
            found,
            lambda: services.archive_briefing(actor=actor, briefing=found),
            "It is archived.",
        )
    return _confirm(
        request,
        found,
        title="Archive this?",
        text="It is marked as archived. Readers still find it by search.",
        submit_label="Archive",
        details=[("Title", found.title)],
    )


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail it to oneself."""
    actor = actor_with(request, WRITE)
    found = briefing_or_404(actor, pk)
    return _done(
        request,
        found,
        lambda: send_test(actor=actor, briefing=found),
        "A test is on its way to your own address.",
    )


@require_GET
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures as a file."""
    actor = actor_with(request, WRITE)
    file_format = request.GET.get("format", "csv")
    if file_format not in FORMATS:
        raise BadRequest("There is no such format.")
    found = briefing_or_404(actor, pk, is_out=True)
    file = export_figures(actor=actor, briefing=found, file_format=file_format)
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition(file.name)},
    )


def _form_page(request: HttpRequest, form: BriefingForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "briefings/form.html", context | {"form": form}, status=status)


def _confirm(
    request: HttpRequest, briefing: Briefing, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "action_url": request.path,
        "cancel_url": reverse("briefings:draft", args=[briefing.pk]),
    }
    return render(request, "ui/confirm.html", context, status=status)


def _done(
    request: HttpRequest, briefing: Briefing, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except (Refused, Conflict) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("briefings:draft", briefing.pk)


def _mail_said(briefing: Briefing) -> str:
    if not briefing.has_full_text_in_mail:
        return "Says only that it is in the Secure Mailbox"
    return "Carries the whole text"


def _named(fields: list[str]) -> str:
    return ", ".join(
        _LABELS.get(name) or str(BriefingForm.base_fields[name].label) for name in fields
    )


def _difference(briefing: Briefing, typed: dict[str, Any]) -> str:
    """Which fields the briefing now has otherwise than was typed."""
    other = [name for name, value in typed.items() if getattr(briefing, name) != value]
    return f"It differs from what you typed in: {_named(other)}. Save again to keep yours."
