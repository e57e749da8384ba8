"""Pages of templates: their versions, who wrote and approved them, and what is in force."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from escalations.letters import configuration
from escalations.letters.configuration import APPROVE, CONFIGURE, local_today
from escalations.letters.forms import (
    NewTemplateForm,
    NoteForm,
    ReturnForm,
    TemplateForm,
    VersionForm,
)
from escalations.letters.models import LetterTemplate, LetterTemplateVersion
from escalations.letters.pages import (
    actor_of,
    confirm,
    get_or_post,
    preview_response,
    show_errors,
    status_of,
)
from escalations.letters.pdf import Sheet, as_pdf
from escalations.letters.placeholders import SAMPLE, fill, long_date, paragraphs_of
from portal.casework.machine import Conflict, Refused
from portal.tenancy.actor import Actor, NotAllowed

VIEW = "letters.view_templates"
State = LetterTemplateVersion.State
_TONES = {
    State.DRAFT: "neutral",
    State.WAITING: "warning",
    State.RETURNED: "danger",
    State.APPROVED: "info",
}


@dataclass(frozen=True)
class VersionRow:
    """One version for the page: its words, its state, and what the reader may do with it."""

    pk: int
    number: int
    label: str
    tone: str
    valid_from: date
    written_by: str
    approved_by: str
    version: LetterTemplateVersion
    paragraphs: list[str]
    acts: tuple[str, ...]


@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """Every template, with the version in force today and the one in the making."""
    actor = actor_of(request, VIEW)
    rows = list(LetterTemplate.objects.visible_to(actor))
    in_force = {
        version.template_id: version
        for version in LetterTemplateVersion.objects.in_force(local_today(actor.exchange)).filter(
            exchange_id=actor.exchange_id
        )
    }
    unfinished = {
        version.template_id: version
        for version in LetterTemplateVersion.objects.filter(exchange_id=actor.exchange_id).exclude(
            state=State.APPROVED
        )
    }
    context = {
        "templates": [
            {"row": row, "in_force": in_force.get(row.pk), "unfinished": unfinished.get(row.pk)}
            for row in rows
        ],
        "may_configure": actor.may(CONFIGURE),
    }
    return render(request, "letters/templates.html", context)


@require_GET
def template_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One template and its versions, newest first."""
    actor = actor_of(request, VIEW)
    template = _template(actor, pk)
    versions = list(template.versions.select_related("written_by", "approved_by"))
    current = (
        LetterTemplateVersion.objects.in_force(local_today(actor.exchange))
        .filter(template=template)
        .first()
    )
    context = {
        "template": template,
        "versions": [_row(version, actor, current) for version in versions],
        "current": current,
        "may_configure": actor.may(CONFIGURE),
        "may_write": actor.may(CONFIGURE)
        and all(version.state == State.APPROVED for version in versions),
    }
    return render(request, "letters/template.html", context)


@get_or_post
def add(request: HttpRequest) -> HttpResponse:
    """A new template; its first version is written next."""
    actor = actor_of(request, CONFIGURE)
    form = NewTemplateForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            template = configuration.add_template(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, "The template was added. Now write its words.")
            return redirect("letters:version-write", template.pk)
    return _form_page(request, form, "Add a letter template", reverse("letters:templates"))


@get_or_post
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a template's title, what it serves and whether it is in use."""
    actor = actor_of(request, CONFIGURE)
    template = _template(actor, pk)
    initial = {
        "title": template.title,
        "serves": ", ".join(template.serves),
        "audience": template.audience,
        "is_active": template.is_active,
    }
    form = TemplateForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            configuration.change_template(actor=actor, template=template, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, "The template was saved.")
            return redirect("letters:template", pk)
    back = reverse("letters:template", args=[pk])
    return _form_page(request, form, f"Edit {template.title}", back)


@get_or_post
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version, beginning with the words of the last."""
    actor = actor_of(request, CONFIGURE)
    template = _template(actor, pk)
    last = template.versions.first()
    initial = {"body": last.body if last else "", "valid_from": local_today(actor.exchange)}
    form = VersionForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("body", "valid_from")}
        try:
            configuration.write_version(actor=actor, template=template, **words)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The version is saved. Look at it, then send it on.")
            return redirect("letters:template", pk)
    number = (last.number if last else 0) + 1
    return _version_page(request, form, template, f"Write version {number}")


@get_or_post
def edit_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a version in the making; what somebody else saved is shown beside what was typed."""
    actor = actor_of(request, CONFIGURE)
    version = _version(actor, pk)
    initial = {
        "body": version.body,
        "valid_from": version.valid_from,
        "expected_version": version.version,
    }
    form = VersionForm(request.POST or None, initial=initial)
    theirs = None
    if form.is_bound and form.is_valid():
        try:
            configuration.edit_version(actor=actor, version=version, **form.cleaned_data)
        except Conflict as conflict:
            theirs = _version(actor, pk)
            form = _again(form, conflict)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The version is saved.")
            return redirect("letters:template", version.template_id)
    title = f"Edit version {version.number}"
    return _version_page(request, form, version.template, title, theirs=theirs)


@require_GET
def version_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """How a letter of this version looks, filled with invented data."""
    actor = actor_of(request, VIEW)
    version = _version(actor, pk)
    exchange = actor.exchange
    today = local_today(exchange)
    language = version.template.language
    values = dict(SAMPLE) | {
        "exchange": exchange.name,
        "contact": exchange.contact_email,
        "contact_phone": exchange.contact_phone,
        "date": long_date(today, language),
    }
    sheet = Sheet(
        exchange=exchange.name,
        contact=(exchange.contact_email, exchange.contact_phone),
        number=SAMPLE["number"],
        dated=today,
        language=language,
        addressee=f"{SAMPLE['consumer_name']}\n1 Sample Street\nSampletown, CA 90000",
        body=fill(version.body, values),
        mark=f"Sample of version {version.number}, {version.get_state_display().lower()}",
    )
    return preview_response(as_pdf(sheet), f"Sample {version.template.title} {version.number}")


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a version for approval."""
    actor = actor_of(request, CONFIGURE)
    version = _version(actor, pk)
    try:
        configuration.submit_version(actor=actor, version=version)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The version waits for somebody else's approval.")
    return redirect("letters:template", version.template_id)


@get_or_post
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a version, after asking: it never changes from then on."""
    actor = actor_of(request, APPROVE)
    version = _version(actor, pk)
    form = NoteForm(request.POST or None, initial={"expected_version": _read(request, version)})
    if request.method == "POST" and form.is_valid():
        try:
            configuration.approve_version(actor=actor, version=version, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The version is approved.")
        return redirect("letters:template", version.template_id)
    _require_waiting(actor, version)
    return _ask(
        request,
        version,
        form,
        title=f"Approve version {version.number}",
        text=(
            "From its first day on, letters are written with it. It never changes after this;"
            " a later version can replace it."
        ),
        submit_label="Approve the version",
    )


@get_or_post
def return_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a version back to its writer with a reason."""
    actor = actor_of(request, APPROVE)
    version = _version(actor, pk)
    form = ReturnForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            configuration.return_version(actor=actor, version=version, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The version went back to its writer.")
            return redirect("letters:template", version.template_id)
    _require_waiting(actor, version)
    return _ask(
        request,
        version,
        form,
        title=f"Return version {version.number}",
        text="Its writer reads the reason on the template's page and can change the words.",
        submit_label="Return the version",
    )


def _read(request: HttpRequest, version: LetterTemplateVersion) -> int:
    """The state of a version as its reader saw it; the link on the template's page says which."""
    given = request.GET.get("version", "")
    is_number = given.isascii() and given.isdigit() and len(given) < 10
    return int(given) if is_number else version.version


def _template(actor: Actor, pk: int) -> LetterTemplate:
    return get_object_or_404(LetterTemplate.objects.visible_to(actor), pk=pk)


def _version(actor: Actor, pk: int) -> LetterTemplateVersion:
    rows = LetterTemplateVersion.objects.filter(
        template__in=LetterTemplate.objects.visible_to(actor)
    )
    return get_object_or_404(rows.select_related("template"), pk=pk)


def _row(
    version: LetterTemplateVersion, actor: Actor, current: LetterTemplateVersion | None
) -> VersionRow:
    state = State(version.state)
    label, tone = state.label, _TONES[state]
    if current and version.pk == current.pk:
        label, tone = "In force", "success"
    elif state is State.APPROVED:
        is_over = current is not None and (version.valid_from, version.number) < (
            current.valid_from,
            current.number,
        )
        label, tone = ("Replaced", "neutral") if is_over else ("Approved, not yet valid", "info")
    return VersionRow(
        pk=version.pk,
        number=version.number,
        label=label,
        tone=tone,
        valid_from=version.valid_from,
        written_by=version.written_by.full_name if version.written_by else "System",
        approved_by=_approver(version),
        version=version,
        paragraphs=paragraphs_of(version.body),
        acts=_acts(version, actor),
    )


def _approver(version: LetterTemplateVersion) -> str:
    if version.state != State.APPROVED:
        return ""
    return version.approved_by.full_name if version.approved_by else "System"


def _acts(version: LetterTemplateVersion, actor: Actor) -> tuple[str, ...]:
    if version.state == State.WAITING:
        return ("approve", "return") if configuration.may_approve(actor, version) else ()
    if version.state != State.APPROVED and actor.may(CONFIGURE):
        return ("edit", "submit")
    return ()


def _require_waiting(actor: Actor, version: LetterTemplateVersion) -> None:
    if version.state != State.WAITING:
        raise NotAllowed(APPROVE, "This version does not wait for approval.")
    if not configuration.may_approve(actor, version):
        raise NotAllowed(
            APPROVE, "Somebody else has to approve this version: whoever wrote it cannot."
        )


def _form_page(request: HttpRequest, form: forms.Form, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": back}
    return render(request, "letters/form.html", context, status=status_of(form))


def _version_page(
    request: HttpRequest,
    form: forms.Form,
    template: LetterTemplate,
    title: str,
    *,
    theirs: LetterTemplateVersion | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "template": template,
        "theirs": theirs,
        "placeholders": configuration.PLACEHOLDER_HELP,
    }
    return render(request, "letters/version.html", context, status=status_of(form))


def _again(form: VersionForm, conflict: Conflict) -> VersionForm:
    """The form with everything typed, ready to be sent over what somebody else saved."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    again = VersionForm(typed | {"expected_version": str(conflict.current_version)})
    again.add_error(None, str(conflict))
    return again


def _ask(
    request: HttpRequest, version: LetterTemplateVersion, form: forms.Form, **context: Any
) -> HttpResponse:
    return confirm(
        request,
        form,
        details=[
            ("Template", str(version.template)),
            ("Valid from", long_date(version.valid_from)),
        ],
        cancel_url=reverse("letters:template", args=[version.template_id]),
        **context,
    )
