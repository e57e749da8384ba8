"""Pages of release forms, for the office that sends them and for those who check them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from escalations.releases import digital, projection, services
from escalations.releases.forms import (
    CheckForm,
    ContactForm,
    DeficientForm,
    OverrideForm,
    RevokeForm,
    UploadForm,
)
from escalations.releases.models import Release
from escalations.releases.panel import list_context
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.responses import attachment_response
from portal.documents.services import DocumentUnavailable, store_document
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed

_get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def case_releases(request: HttpRequest, number: str) -> HttpResponse:
    """Every form of a case: its state, its days, who decided, and what can be done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _require_any(actor, "releases.view", "releases.submit")
    case = _case_with_forms(actor, number)
    return render(request, "releases/case.html", list_context(actor, case))


@_get_or_post
def add_release(request: HttpRequest, number: str) -> HttpResponse:
    """Send in a signed form, or record one that came another way (EA-21)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.submit")
    case = _case(actor, number)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            document = store_document(
                exchange=actor.exchange,
                file=form.screened["document"][0],
                purpose=Document.Purpose.RELEASE_FORM,
                uploaded_by=actor.person,
                keep_original=True,
            )
            services.submit_release(actor=actor, case=case, document=document)
        except ValidationError as error:
            form.add_error("document", error)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("releases:case", case.number)
        else:
            messages.success(request, "The release form was received. It will be checked.")
            return redirect("releases:case", case.number)
    return render(request, "releases/add.html", {"number": case.number, "form": form})


@_get_or_post
def send_link(request: HttpRequest, number: str) -> HttpResponse:
    """Send the constituent a link to sign a release online."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.request_digital")
    case = _case(actor, number)
    known = getattr(getattr(case, "constituent", None), "email", "")
    form = ContactForm(request.POST or None, initial={"contact": known})
    if request.method == "POST" and form.is_valid():
        try:
            digital.request_signature(actor=actor, case=case, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("releases:case", case.number)
        else:
            messages.success(request, "The link is on its way. It works for 72 hours.")
            return redirect("releases:case", case.number)
    context = {"number": case.number, "office": case.organization, "form": form}
    return render(request, "releases/send_link.html", context)


@require_GET
def waiting_releases(request: HttpRequest) -> HttpResponse:
    """Forms to be checked, and requests that wait for a second person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.view")
    rows = (
        Release.objects.visible_to(actor)
        .filter(state__in=[Release.State.RECEIVED, Release.State.OVERRIDE_ASKED])
        .select_related("case", "office", "override_asked_by")
        .order_by("received_at", "pk")[:200]
    )
    waiting = [
        {
            "pk": row.pk,
            "number": row.case.number,
            "office": row.office.name,
            "received_at": row.received_at,
            "asked_by": row.override_asked_by.full_name if row.override_asked_by else "",
            "is_override": row.state == Release.State.OVERRIDE_ASKED,
            "is_mine": row.override_asked_by_id == actor.person_id,
        }
        for row in rows
    ]
    context = {
        "overrides": [row for row in waiting if row["is_override"]],
        "received": [row for row in waiting if not row["is_override"]],
        "may_decide": actor.may("releases.decide"),
        "may_confirm": actor.may("releases.confirm_override"),
    }
    return render(request, "releases/waiting.html", context)


@require_GET
def release_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper itself: for the exchange's staff, and for the office that sent it while it is in
    force."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _require_any(actor, "releases.view", "releases.submit")
    release = _release(actor, pk)
    if release.document is None or not projection.project_release(release, actor).document_name:
        raise Http404
    record(
        actor=actor,
        action="releases.document_opened",
        cases=[release.case_id],
        release=release.pk,
        fields=["release_form"],
        data={"surface": "file"},
    )
    try:
        return attachment_response(release.document)
    except DocumentUnavailable:
        raise Http404 from None


@_get_or_post
def check_release(request: HttpRequest, pk: int) -> HttpResponse:
    """The validity list beside the paper; accepting opens the case to the office."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.decide")
    release = _release(actor, pk)
    form = CheckForm(request.POST or None, release=release, initial=_found(release))
    if request.method == "POST" and form.is_valid():
        try:
            services.accept_release(actor=actor, release=release, **form.arguments())
        except ValidationError as error:
            _add_errors(form, error)
        except Refused as refusal:
            return _refused(request, release, refusal)
        else:
            messages.success(request, "The release form is accepted. The office was told.")
            return redirect("releases:case", release.case.number)
    context = _check_context(release, actor, form) | {"is_override": False}
    return render(request, "releases/check.html", context)


@_get_or_post
def request_override(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second person to let an incomplete form count."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.request_override")
    release = _release(actor, pk)
    form = OverrideForm(request.POST or None, release=release, initial=_found(release))
    if request.method == "POST" and form.is_valid():
        try:
            services.request_override(actor=actor, release=release, **form.arguments())
        except ValidationError as error:
            _add_errors(form, error)
        except Refused as refusal:
            return _refused(request, release, refusal)
        else:
            messages.success(request, "A second person has to confirm. Nothing is open yet.")
            return redirect("releases:case", release.case.number)
    context = _check_context(release, actor, form) | {"is_override": True}
    return render(request, "releases/check.html", context)


@_get_or_post
def reject_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a form deficient and tell the office what is missing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.decide")
    release = _release(actor, pk)
    form = DeficientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reject_release(actor=actor, release=release, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        except Refused as refusal:
            return _refused(request, release, refusal)
        else:
            messages.success(request, "The office was told what is missing.")
            return redirect("releases:case", release.case.number)
    return _confirm(
        request,
        release,
        form,
        title="Mark the release form deficient",
        text="The office is told what is missing and can send a corrected form.",
        submit_label="Mark deficient and tell the office",
    )


@_get_or_post
def confirm_override(request: HttpRequest, pk: int) -> HttpResponse:
    """Stand behind a form somebody else asked to let count."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.confirm_override")
    release = _release(actor, pk)
    if request.method == "POST":
        try:
            services.confirm_override(actor=actor, release=release)
        except Refused as refusal:
            return _refused(request, release, refusal)
        messages.success(request, "The release form counts. The office was told.")
        return redirect("releases:waiting")
    seen = projection.project_release(release, actor)
    asked_by = release.override_asked_by.full_name if release.override_asked_by else ""
    return _confirm(
        request,
        release,
        None,
        title="Let this release form count",
        text=(
            "The check found something missing. If you confirm, the office sees the case's"
            " details on these days. Open the paper before you decide."
        ),
        details=[
            ("Asked by", asked_by),
            ("Reason", release.override_reason),
            ("Not found on the form", ", ".join(seen.lacks) or "Nothing"),
            ("Counts", projection.days_text(seen.first_day, seen.last_day)),
            ("Covers", ", ".join(seen.named) or seen.scope),
        ],
        submit_label="Let it count",
        cancel_url=reverse("releases:waiting"),
    )


@_get_or_post
def revoke_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a form back; the office's very next request shows the status only."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("releases.revoke")
    release = _release(actor, pk)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.revoke_release(actor=actor, release=release, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        except Refused as refusal:
            return _refused(request, release, refusal)
        else:
            messages.success(request, "The release form is revoked. The office was told.")
            return _back(release, actor)
    return _confirm(
        request,
        release,
        form,
        title="Revoke the release form",
        text=(
            "From this moment the office sees only whether the case is received, in progress,"
            " referred or resolved. What it has seen before stays seen. This cannot be undone:"
            " a new form would be needed."
        ),
        submit_label="Revoke the form",
        danger=True,
    )


def _case(actor: Actor, number: str) -> Case:
    case = (
        Case.objects.visible_to(actor)
        .filter(kind="constituent", number=number)
        .select_related("organization")
        .first()
    )
    if case is None:
        raise Http404
    return case


def _case_with_forms(actor: Actor, number: str) -> Case:
    """A case whose forms the actor may see; the privacy officer knows of no other part of it."""
    if actor.is_outside:
        return _case(actor, number)
    forms = Release.objects.visible_to(actor).filter(case__number=number)
    form = forms.select_related("case__organization").first()
    return form.case if form else _case(actor, number)


def _release(actor: Actor, pk: int) -> Release:
    row = (
        Release.objects.visible_to(actor)
        .select_related("case", "office", "exchange", "document", "override_asked_by")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise Http404
    return row


def _require_any(actor: Actor, *actions: str) -> None:
    if not actor.may_any(actions):
        raise NotAllowed(actions[0])


def _found(release: Release) -> dict[str, Any]:
    """What is known of the form already: a digital one comes with its list ticked."""
    return release.checklist | {
        "signed_on": release.signed_on,
        "starts_on": release.starts_on,
        "ends_on": release.ends_on,
        "scope": release.scope,
        "named_staff": [row.person_id for row in release.named_staff.all()],
    }


def _check_context(release: Release, actor: Actor, form: forms.Form) -> dict[str, Any]:
    return {
        "form": form,
        "release": projection.project_release(release, actor),
        "number": release.case.number,
        "office": release.office.name,
        "may_override": actor.may("releases.request_override"),
    }


def _confirm(
    request: HttpRequest,
    release: Release,
    form: forms.Form | None,
    *,
    title: str,
    text: str,
    submit_label: str,
    details: list[tuple[str, str]] | None = None,
    danger: bool = False,
    cancel_url: str = "",
) -> HttpResponse:
    about = [("Case", release.case.number), ("Office", release.office.name)]
    context = {
        "form": form,
        "title": title,
        "text": text,
        "submit_label": submit_label,
        "danger": danger,
        "details": [*about, *(details or [])],
        "action_url": request.path,
        "cancel_url": cancel_url or reverse("releases:case", args=[release.case.number]),
        "document_url": reverse("releases:document", args=[release.pk]),
    }
    return render(request, "releases/confirm.html", context)


def _refused(request: HttpRequest, release: Release, refusal: Refused) -> HttpResponse:
    messages.error(request, str(refusal))
    return _back(release, request.actor)  # type: ignore[attr-defined]


def _back(release: Release, actor: Actor) -> HttpResponse:
    """To the case's forms, or to the waiting list for somebody who may not know of the case."""
    if Case.objects.visible_to(actor).filter(pk=release.case_id).exists():
        return redirect("releases:case", release.case.number)
    return redirect("releases:waiting")


def _add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's refusal beside the fields it names; what names none goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
