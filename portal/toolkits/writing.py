"""Pages for those who write: what is in the making, the form, publishing and withdrawing."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.casework.machine import Conflict, Refused
from portal.toolkits import selectors, services
from portal.toolkits.forms import EntryForm
from portal.toolkits.models import VIEW, WRITE, EntryVersion
from portal.toolkits.projection import VersionView, project_version
from portal.toolkits.requests import actor_of, confirm, entry_or_404, get_or_post, show_errors


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """Entries that are not published, or not as they stand."""
    actor = actor_of(request, VIEW, WRITE)
    return render(request, "toolkits/drafts.html", {"versions": selectors.drafts(actor)})


@get_or_post
def add(request: HttpRequest) -> HttpResponse:
    """A new entry."""
    actor = actor_of(request, VIEW, WRITE)
    form = EntryForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            entry = services.add_entry(actor=actor, content=form.content, file=form.new_file)
        except ValidationError as error:
            show_errors(form, _by_title(error))
        else:
            messages.success(request, "The entry is saved. Look at it, then publish it.")
            return redirect("toolkits:entry", entry.key)
    return _form_page(request, form, title="Add a toolkit entry", back=reverse("toolkits:index"))


@get_or_post
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The version in the making, begun from the published one; readers keep that one meanwhile."""
    actor = actor_of(request, VIEW, WRITE)
    entry = entry_or_404(actor, key)
    draft = entry.versions.filter(published_at=None).first()
    base = draft or entry.current
    if base is None:
        raise Http404
    form = EntryForm(
        request.POST or None,
        request.FILES or None,
        initial=_initial(base, draft),
        has_file=base.document_id is not None,
    )
    theirs = None
    if form.is_bound and form.is_valid():
        try:
            services.save_draft(
                actor=actor,
                entry=entry,
                content=form.content,
                file=form.new_file,
                remove_file=form.cleaned_data.get("remove_file", False),
                expected_revision=form.cleaned_data["expected_revision"],
            )
        except Conflict as conflict:
            form = _again(form, conflict)
            newest = entry.versions.select_related("written_by", "document").first()
            theirs = project_version(entry, newest) if newest else None
        except (Refused, ValidationError) as error:
            show_errors(form, error)
        else:
            messages.success(request, "The version is saved. Look at it, then publish it.")
            return redirect("toolkits:entry", key)
    back = reverse("toolkits:entry", args=[key])
    return _form_page(request, form, title=f"Edit “{base.title}”", back=back, theirs=theirs)


@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Let readers have the version in the making."""
    actor = actor_of(request, VIEW, WRITE)
    entry = entry_or_404(actor, key)
    draft = entry.versions.filter(published_at=None).first()
    revision = request.POST.get("revision", "")
    if draft is None:
        messages.error(request, "No version of this entry is in the making.")
        return redirect("toolkits:entry", key)
    try:
        services.publish_version(
            actor=actor,
            version=draft,
            expected_revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    except ValidationError as error:
        messages.error(request, f"It is not published yet. {' '.join(error.messages)}")
        return redirect("toolkits:edit", key)
    else:
        messages.success(request, "The entry is published.")
    return redirect("toolkits:entry", key)


@get_or_post
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take an entry away from its readers, after asking."""
    actor = actor_of(request, VIEW, WRITE)
    entry = entry_or_404(actor, key)
    back = reverse("toolkits:entry", args=[key])
    if request.method != "POST":
        return confirm(
            request,
            title="Withdraw this entry?",
            text="Readers do not find it any more. Its history stays, and you can bring it back.",
            submit_label="Withdraw",
            cancel_url=back,
            danger=True,
        )
    try:
        services.withdraw_entry(actor=actor, entry=entry)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The entry is withdrawn.")
    return redirect(back)


@require_POST
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Give a withdrawn entry back to its readers."""
    actor = actor_of(request, VIEW, WRITE)
    try:
        services.restore_entry(actor=actor, entry=entry_or_404(actor, key))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The entry is back as it was.")
    return redirect("toolkits:entry", key)


@get_or_post
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw away the version in the making, after asking."""
    actor = actor_of(request, VIEW, WRITE)
    entry = entry_or_404(actor, key)
    back = reverse("toolkits:entry", args=[key])
    if request.method != "POST":
        return confirm(
            request,
            title="Throw away the version in the making?",
            text="What was written since the last publication is gone. Readers notice nothing.",
            submit_label="Throw away",
            cancel_url=back,
            danger=True,
        )
    try:
        services.discard_draft(actor=actor, entry=entry)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The version in the making is gone.")
    return redirect(back)


def _initial(base: EntryVersion, draft: EntryVersion | None) -> dict[str, Any]:
    names = services.Content.__dataclass_fields__
    initial = {name: getattr(base, name) for name in names}
    initial["topics"] = ", ".join(base.topics)
    initial["expected_revision"] = draft.revision if draft else 0
    if draft is None:
        initial["change_note"] = ""
    return initial


def _again(form: EntryForm, conflict: Conflict) -> EntryForm:
    """The form with everything typed, ready to be sent over what somebody else saved.

    A file has to be chosen again: a browser sends none twice by itself.
    """
    data: Any = copy(form.data)
    data["expected_revision"] = str(conflict.current_version)
    again = EntryForm(data, has_file="remove_file" in form.fields)
    again.add_error(None, str(conflict))
    return again


def _by_title(error: ValidationError) -> ValidationError:
    """An address that is taken is made from the title, so that is where people change it."""
    if not hasattr(error, "error_dict") or "key" not in error.error_dict:
        return error
    return ValidationError({"title": "Another entry is called like this. Choose another title."})


def _form_page(
    request: HttpRequest,
    form: EntryForm,
    *,
    title: str,
    back: str,
    theirs: VersionView | None = None,
) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": back, "theirs": theirs}
    status = 422 if form.is_bound else 200
    return render(request, "toolkits/form.html", context, status=status)
