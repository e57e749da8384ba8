"""The office's way in: write, review, send; and the analyst's record of a call or letter."""

import uuid
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dateformat
from django.views.decorators.http import require_GET, require_http_methods

from escalations.constituent import intake
from escalations.constituent.forms import FilesForm, SubmitForm
from escalations.constituent.intake import ATTACHMENT, RECORD, RELEASE_FORM, SUBMIT, Door
from escalations.constituent.models import Item
from escalations.constituent.particulars import check_particulars
from portal.casework import drafts
from portal.casework.models import Case, Draft
from portal.documents.models import Document
from portal.tenancy.actor import Actor

STEPS = ("Write", "Review", "Sent")
_DOORS = {"new": SUBMIT, "record": RECORD}


@require_GET
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """A fresh form, under the id its draft will have; drafts begun before are listed on it."""
    _actor(request, _DOORS[way])
    return redirect("constituent:draft", way, uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
def write_case(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """The form. Whatever the button, everything typed and every good file is kept first."""
    door = _DOORS[way]
    actor = _actor(request, door)
    if request.method != "POST":
        draft = intake.find_draft(actor=actor, door=door, public_id=public_id)
        if draft is None and _was_sent(actor, public_id):
            return redirect("constituent:review", way, public_id)
        form = door.form(actor=actor, initial=dict(draft.content) if draft else None)
        return _form_page(request, actor, way, public_id, form, FilesForm())
    form = door.form(request.POST, actor=actor)
    form.is_valid()
    try:
        # After the check: numbers that were refused have been taken out of what is shown and kept.
        content = {name: form.data.get(name, "") for name in form.fields}
        draft = intake.keep(actor=actor, door=door, public_id=public_id, content=content)
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        form.add_error(None, error)
        return _form_page(request, actor, way, public_id, form, FilesForm(), status=422)
    files_form = _take_files(request, actor, draft)
    if not files_form.errors and "remove" in request.POST:
        _remove_file(actor, draft, request.POST["remove"])
    if getattr(request, "htmx", False):
        # A file was chosen: the page takes only the list of files from this answer.
        fresh = door.form(actor=actor, initial=content)
        return _form_page(request, actor, way, public_id, fresh, files_form)
    if "review" in request.POST:
        _check(actor, form)
        if form.errors or files_form.errors:
            return _form_page(request, actor, way, public_id, form, files_form, status=422)
        return redirect("constituent:review", way, public_id)
    if files_form.errors or _has_ssn(form):
        shown = form if _has_ssn(form) else door.form(actor=actor, initial=content)
        return _form_page(request, actor, way, public_id, shown, files_form, status=422)
    messages.success(request, "Your draft is saved.")
    return redirect("constituent:draft", way, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def review_case(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Everything typed, once more; sending it twice makes one case."""
    door = _DOORS[way]
    actor = _actor(request, door)
    draft = intake.find_draft(actor=actor, door=door, public_id=public_id)
    if request.method == "POST" or draft is None:
        try:
            case = intake.submit_draft(actor=actor, door=door, public_id=public_id)
        except Draft.DoesNotExist:
            raise Http404 from None
        except ValidationError as error:
            return _not_yet(request, way, public_id, error)
        return redirect("constituent:received", case.number)
    form = door.form(dict(draft.content), actor=actor)
    if not form.is_valid():
        return redirect("constituent:draft", way, public_id)
    files = intake.files_of(draft)
    context = {
        "way": way,
        "steps": STEPS,
        "public_id": public_id,
        "rows": _rows(form),
        "files": files,
        "completeness": intake.completeness(draft.content, files),
        "warnings": form.ssn_warnings,
    }
    return render(request, "constituent/review.html", context)


@require_GET
def received(request: HttpRequest, number: str) -> HttpResponse:
    """The case number, what happens next, and whom to ask (EA-08, EA-25)."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require("constituent.view")
    case = Case.objects.visible_to(actor).filter(kind="constituent", number=number).first()
    if case is None:
        raise Http404
    context = {"number": case.number, "exchange": actor.exchange, "opened_at": case.opened_at}
    return render(request, "constituent/received.html", context)


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """The exchange's process for government offices, in its own words (EA-07)."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require("constituent.view")
    context = {"exchange": actor.exchange, "items": list(Item.labels)}
    return render(request, "constituent/help.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def discard_draft(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = _actor(request, _DOORS[way])
    if request.method == "POST":
        try:
            drafts.discard_draft(actor=actor, public_id=public_id)
        except Draft.DoesNotExist:
            raise Http404 from None
        messages.success(request, "The draft is gone.")
        return redirect("constituent:begin", way)
    if intake.find_draft(actor=actor, door=_DOORS[way], public_id=public_id) is None:
        raise Http404
    context = {
        "title": "Discard this draft?",
        "text": "What you typed and the files you added to it are deleted.",
        "action_url": request.path,
        "submit_label": "Discard the draft",
        "cancel_url": reverse("constituent:draft", args=[way, public_id]),
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _actor(request: HttpRequest, door: Door) -> Actor:
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require(door.key)
    return actor


def _form_page(
    request: HttpRequest,
    actor: Actor,
    way: str,
    public_id: uuid.UUID,
    form: SubmitForm,
    files_form: FilesForm,
    *,
    status: int = 200,
) -> HttpResponse:
    door = _DOORS[way]
    own = list(drafts.drafts_of(actor=actor, form=door.key))
    draft = next((row for row in own if row.public_id == public_id), None)
    files = intake.files_of(draft)
    context = {
        "way": way,
        "steps": STEPS,
        "public_id": public_id,
        "form": form,
        "files_form": files_form,
        "files": files,
        "completeness": intake.completeness(draft.content if draft else {}, files),
        "draft": draft,
        "other_drafts": [
            {"public_id": row.public_id, "updated_at": row.updated_at, "title": _title(row)}
            for row in own
            if row.public_id != public_id
        ],
        "draft_url": reverse("casework:draft", args=[door.key, public_id]),
        "exchange": actor.exchange,
    }
    return render(request, "constituent/write.html", context, status=status)


def _title(draft: Draft) -> str:
    """The first words of a draft; it is its writer's alone."""
    words = str(draft.content.get("description") or "").split()
    return " ".join(words[:8]) + ("…" if len(words) > 8 else "") or "Nothing typed yet"


def _take_files(request: HttpRequest, actor: Actor, draft: Draft) -> FilesForm:
    form = FilesForm(request.POST, request.FILES)
    form.is_valid()
    for name, purpose in (("uploads", ATTACHMENT), ("release_form", RELEASE_FORM)):
        sent = request.FILES.getlist(name)
        refused = intake.add_files(actor=actor, draft=draft, files=sent, purpose=purpose)
        for sentence in refused:
            form.add_error(name, sentence)
    return form


def _remove_file(actor: Actor, draft: Draft, public_id: str) -> None:
    try:
        drafts.remove_document(actor=actor, draft=draft, public_id=uuid.UUID(public_id))
    except (Document.DoesNotExist, ValueError):
        raise Http404 from None


def _check(actor: Actor, form: SubmitForm) -> None:
    """Ask the service's own rules now, not only when the case is sent."""
    try:
        check_particulars(actor=actor, fields=form.cleaned_data)
    except ValidationError as error:
        _put_errors(form, error)


def _put_errors(form: forms.Form, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _has_ssn(form: SubmitForm) -> bool:
    return any(
        error.code == "ssn_refused" for errors in form.errors.as_data().values() for error in errors
    )


def _rows(form: SubmitForm) -> list[dict[str, Any]]:
    """Label, value as people read it, and the id to edit it at."""
    return [
        {"label": bound.label, "value": _shown(form, bound.name), "target": bound.auto_id}
        for bound in form.visible_fields()
    ]


def _shown(form: SubmitForm, name: str) -> Any:
    value = form.cleaned_data.get(name)
    if isinstance(value, date):
        return dateformat.format(value, "F j, Y")
    choices = getattr(form.fields[name], "choices", None)
    if isinstance(form.fields[name], forms.ChoiceField) and choices:
        return dict(choices).get(value, value)
    return value


def _was_sent(actor: Actor, public_id: uuid.UUID) -> bool:
    return intake.case_made_of(actor=actor, public_id=public_id) is not None


def _not_yet(
    request: HttpRequest, way: str, public_id: uuid.UUID, error: ValidationError
) -> HttpResponse:
    messages.error(request, " ".join(error.messages))
    return redirect("constituent:draft", way, public_id)
