"""Pages of letters: choose, write, read, approve or return, file, send."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from escalations.letters import services
from escalations.letters.acts import DRAFTED
from escalations.letters.configuration import (
    local_today,
    unprintable_sentence,
    versions_in_force,
)
from escalations.letters.forms import ChooseForm, LetterForm, ReturnForm, SentForm
from escalations.letters.models import Letter
from escalations.letters.pages import (
    actor_of,
    confirm,
    get_or_post,
    preview_response,
    show_errors,
    status_of,
)
from escalations.letters.pdf import as_pdf
from escalations.letters.placeholders import long_date
from escalations.letters.projection import project_letter, waiting_for
from escalations.letters.typeface import unprintable
from portal.casework import kinds
from portal.casework.disclosures import record_shown
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case
from portal.documents.responses import attachment_response
from portal.documents.services import DocumentUnavailable
from portal.tenancy.actor import Actor, NotAllowed


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Letters that wait for a second pair of eyes."""
    actor = actor_of(request, "letters.approve")
    letters = waiting_for(actor)
    context = {
        "letters": [row for row in letters if not row.is_mine],
        "mine": [row for row in letters if row.is_mine],
    }
    return render(request, "letters/waiting.html", context)


@get_or_post
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Choose a letter in force for this case; it comes filled with what the case shows."""
    actor = actor_of(request, "letters.write")
    case = _case(actor, number)
    versions = versions_in_force(actor, case)
    form = ChooseForm(request.POST or None, versions=versions)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["template"]
        template = next(v.template for v in versions if v.template_id == chosen)
        try:
            letter = services.draft_letter(actor=actor, case=case, template=template)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        except Case.DoesNotExist:
            raise Http404 from None
        else:
            return redirect("letters:edit", letter.public_id)
    context = {"form": form, "number": case.number, "versions": versions}
    return render(request, "letters/choose.html", context, status=status_of(form))


@require_GET
def letter_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The letter as a page that can be read aloud, with its PDF and what can be done with it."""
    actor = actor_of(request, "letters.view")
    letter = _letter(actor, public_id)
    _record(actor, letter, "page")
    return _letter_page(request, actor, letter)


@get_or_post
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change the words. What somebody else saved meanwhile is shown beside what was typed."""
    actor = actor_of(request, "letters.write")
    letter = _letter(actor, public_id)
    if request.method != "POST":
        _record(actor, letter, "form")
        if not letter.can_be_edited:
            messages.error(request, f"This letter is “{letter.get_state_display()}”.")
            return redirect("letters:letter", public_id)
    initial = {
        "addressee": letter.addressee,
        "body": letter.body,
        "expected_version": letter.version,
    }
    form = LetterForm(request.POST or None, initial=initial)
    theirs = None
    if form.is_bound and form.is_valid():
        try:
            services.edit_letter(actor=actor, letter=letter, **form.cleaned_data)
        except Conflict as conflict:
            form = _again(form, conflict)
            theirs = project_letter(_letter(actor, public_id), actor)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        except Letter.DoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, "The letter is saved.")
            return redirect("letters:letter", public_id)
    context = {
        "form": form,
        "number": letter.case.number,
        "public_id": public_id,
        "title": letter.template_version.template.title,
        "return_reason": letter.return_reason,
        "theirs": theirs,
    }
    return render(request, "letters/edit.html", context, status=status_of(form))


@require_POST
def submit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send the letter for approval; what is still open is said on the letter's page."""
    actor = actor_of(request, "letters.write")
    letter = _letter(actor, public_id)
    try:
        services.submit_letter(actor=actor, letter=letter)
    except Refused as refusal:
        messages.error(request, str(refusal))
    except ValidationError as error:
        return _letter_page(request, actor, letter, errors=error.messages, status=422)
    else:
        messages.success(request, "The letter waits for approval. The unit's approvers were told.")
    return redirect("letters:letter", public_id)


@get_or_post
def approve(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Approve what was read: the version the page showed, and no later one."""
    actor = actor_of(request, "letters.approve")
    letter = _letter(actor, public_id)
    if request.method == "POST":
        seen = request.POST.get("expected_version", "")
        try:
            services.approve_letter(
                actor=actor,
                letter=letter,
                expected_version=int(seen) if seen.isdecimal() and len(seen) < 10 else -1,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "The letter is approved and filed on the case.")
        return redirect("letters:letter", public_id)
    _record(actor, letter, "form")
    if "approve" not in (view := project_letter(letter, actor)).acts:
        raise NotAllowed("letters.approve", _why_not(actor, letter))
    context = {"letter": view, "number": view.row.number, "dated": _dated(actor, letter)}
    return render(request, "letters/approve.html", context)


@get_or_post
def return_letter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the letter back, saying what has to change."""
    actor = actor_of(request, "letters.approve")
    letter = _letter(actor, public_id)
    form = ReturnForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            services.return_letter(actor=actor, letter=letter, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The letter went back to its writer.")
            return redirect("letters:letter", public_id)
    return _ask(
        request,
        letter,
        form,
        title="Return the letter",
        text="Its writer is told that it came back, and reads the reason on the letter's page.",
        submit_label="Return the letter",
    )


@get_or_post
def sent(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Record how and when an approved letter went out."""
    actor = actor_of(request, "letters.write")
    letter = _letter(actor, public_id)
    today = local_today(actor.exchange)
    form = SentForm(request.POST or None, initial={"sent_on": today})
    if form.is_bound and form.is_valid():
        try:
            services.record_sent(actor=actor, letter=letter, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "It is recorded that the letter was sent.")
            return redirect("letters:letter", public_id)
    return _ask(
        request,
        letter,
        form,
        title="Record that the letter was sent",
        text="The portal does not send letters: it keeps how and when you did.",
        submit_label="Record it",
    )


@get_or_post
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a letter away, after asking."""
    actor = actor_of(request, "letters.write")
    letter = _letter(actor, public_id)
    if request.method == "POST":
        try:
            services.discard_letter(actor=actor, letter=letter)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("letters:letter", public_id)
        messages.success(request, "The letter is discarded.")
        return redirect(_case_url(letter))
    return _ask(
        request,
        letter,
        None,
        title="Discard this letter?",
        text="It will not be sent. It stays on the case as discarded.",
        submit_label="Discard the letter",
        danger=True,
    )


@require_GET
def letter_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The filed PDF; of a letter that is no letter yet, a draft of it, for staff."""
    actor = actor_of(request, "letters.view")
    letter = _letter(actor, public_id)
    if letter.document is None and (bad := unprintable(letter.addressee + letter.body)):
        messages.error(request, unprintable_sentence(bad))
        return redirect("letters:letter", public_id)
    _record(actor, letter, "file")
    if letter.document is None:
        content = as_pdf(services.sheet_of(letter, actor, mark=letter.get_state_display()))
        return preview_response(content, f"Draft {services.file_name(letter)}")
    try:
        return attachment_response(letter.document)
    except DocumentUnavailable:
        raise Http404 from None


def _case(actor: Actor, number: str) -> Case:
    """A case whose details the actor is shown and that letters can be written on, or 404."""
    case = Case.objects.visible_to(actor).detailed_to(actor).filter(number=number).first()
    if case is None or DRAFTED not in kinds.get(case.kind).machine.acts:
        raise Http404
    return case


def _letter(actor: Actor, public_id: uuid.UUID) -> Letter:
    letter = (
        Letter.objects.visible_to(actor)
        .select_related(
            "case", "template_version__template", "document", "written_by", "approved_by"
        )
        .filter(public_id=public_id)
        .first()
    )
    if letter is None:
        raise Http404
    return letter


def _record(actor: Actor, letter: Letter, surface: str) -> None:
    record_shown(
        actor=actor,
        action="letters.opened",
        cases=[letter.case_id],
        fields=["letter"],
        data={"letter": letter.pk, "surface": surface},
    )


def _letter_page(
    request: HttpRequest,
    actor: Actor,
    letter: Letter,
    *,
    errors: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    view = project_letter(letter, actor)
    context = {
        "letter": view,
        "number": letter.case.number,
        "case_url": _case_url(letter),
        "errors": errors,
        "dated": _dated(actor, letter),
        "exchange": actor.exchange,
    }
    return render(request, "letters/letter.html", context, status=status)


def _again(form: LetterForm, conflict: Conflict) -> LetterForm:
    """The form with everything typed, ready to be sent over what somebody else saved."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    again = LetterForm(typed | {"expected_version": str(conflict.current_version)})
    again.add_error(None, str(conflict))
    return again


def _ask(
    request: HttpRequest,
    letter: Letter,
    form: forms.Form | None,
    *,
    title: str,
    text: str,
    submit_label: str,
    danger: bool = False,
) -> HttpResponse:
    return confirm(
        request,
        form,
        title=title,
        text=text,
        submit_label=submit_label,
        danger=danger,
        details=[
            ("Case", letter.case.number),
            ("Letter", letter.template_version.template.title),
            ("State", letter.get_state_display()),
        ],
        cancel_url=reverse("letters:letter", args=[letter.public_id]),
    )


def _dated(actor: Actor, letter: Letter) -> str:
    """The date the PDF shows, as the PDF writes it."""
    sheet = services.sheet_of(letter, actor)
    return long_date(sheet.dated, sheet.language)


def _case_url(letter: Letter) -> str:
    return reverse(kinds.get(letter.case.kind).url_name, args=[letter.case.number])


def _why_not(actor: Actor, letter: Letter) -> str:
    if letter.state != Letter.State.WAITING:
        return f"This letter is “{letter.get_state_display()}”: nothing waits for approval."
    return "You wrote this letter. Somebody else has to decide."
