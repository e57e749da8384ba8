"""Step 3 of an application: its photos (SF-02, C.6 2).

With JavaScript every photo is sent by itself and shows its progress; without it, several are
chosen and sent with a button. Both come in at the same service.
"""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework import drafts
from portal.casework.models import Draft
from portal.documents.models import Document
from portal.documents.responses import attachment_response
from portal.documents.services import DocumentUnavailable
from portal.tenancy.actor import Actor
from storefronts import photos as photo_rules
from storefronts.applications import services, wizard
from storefronts.applications.forms import PhotosForm
from storefronts.applications.requests import STEPS, applicant_of, draft_or_404, made_of
from storefronts.models import Photo

_KIND = "kind_"


@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add, order, name and remove photos; “Continue” checks that there are enough."""
    actor = applicant_of(request)
    if made := made_of(actor, public_id):
        return redirect("storefronts:apply-received", made.case.number)
    draft, _ = draft_or_404(actor, public_id)
    form = PhotosForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _arrange(request, actor, public_id)
        for file in request.FILES.getlist("uploads"):
            try:
                photo_rules.add_to_draft(actor=actor, draft=draft, file=file)
            except ValidationError as error:
                form.add_error("uploads", photo_rules.refusal_of(file, error))
        if "remove" in request.POST:
            _remove(actor, draft, request.POST["remove"])
        if not form.errors and "continue" not in request.POST:
            return redirect("storefronts:apply-photos", public_id)
    draft, sheet = draft_or_404(actor, public_id)
    shown = wizard.photos_in(draft, sheet)
    problems = services.problems_with_photos([one.kind for one in shown])
    if request.method == "POST" and not form.errors and not problems:
        return redirect("storefronts:apply-review", public_id)
    if "check" in request.GET:
        form = PhotosForm({}, {})
    if form.is_bound and ("continue" in request.POST or "check" in request.GET):
        for problem in problems:
            form.add_error("uploads", problem)
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "form": form,
        "photos": shown,
        "kinds": Photo.Kind.choices,
        "is_full": len(shown) >= photo_rules.MOST,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "storefronts/apply/photos.html", context, status=status)


@require_POST
def add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep one photo; answers the list of photos, or one sentence that says why not."""
    actor = applicant_of(request)
    draft, _ = draft_or_404(actor, public_id)
    file = request.FILES.get("uploads")
    if file is None:
        return _sentence("Choose a photo.")
    try:
        photo_rules.add_to_draft(actor=actor, draft=draft, file=file)
    except ValidationError as error:
        return _sentence(photo_rules.refusal_of(file, error))
    _arrange(request, actor, public_id)
    draft, sheet = draft_or_404(actor, public_id)
    context: dict[str, Any] = {
        "public_id": public_id,
        "photos": wizard.photos_in(draft, sheet),
        "kinds": Photo.Kind.choices,
    }
    return render(request, "storefronts/apply/_photos.html", context)


@require_safe
def photo(request: HttpRequest, public_id: uuid.UUID, photo: uuid.UUID) -> HttpResponse:
    """A photo of the actor's own draft; ``photo`` is its document's public id."""
    actor = applicant_of(request)
    draft, _ = draft_or_404(actor, public_id)
    row = drafts.documents_of(draft).filter(document__public_id=photo).first()
    if row is None:
        raise Http404
    try:
        return attachment_response(row.document)
    except DocumentUnavailable:
        raise Http404 from None


def _arrange(request: HttpRequest, actor: Actor, public_id: uuid.UUID) -> None:
    """Keep what each photo shows, and the move that was asked for."""
    sent = request.POST
    move, by = (sent["up"], -1) if "up" in sent else (sent.get("down", ""), 1)
    kinds = {
        name.removeprefix(_KIND): str(kind) for name, kind in sent.items() if name.startswith(_KIND)
    }
    try:
        wizard.arrange(actor=actor, public_id=public_id, kinds=kinds, move=move, by=by)
    except Draft.DoesNotExist:
        raise Http404 from None


def _remove(actor: Actor, draft: Draft, public_id: str) -> None:
    try:
        drafts.remove_document(actor=actor, draft=draft, public_id=uuid.UUID(public_id))
    except (Document.DoesNotExist, ValueError):
        raise Http404 from None


def _sentence(text: str) -> HttpResponse:
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
