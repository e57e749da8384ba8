"""A conversation's page, answering in it, and beginning one."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.mailbox import conversations, people, reading
from notifications.mailbox.forms import HandOnForm, NewForm, ReplyForm
from notifications.mailbox.items import Mark, mark_items
from notifications.mailbox.models import Item, MessageFile, Thread
from notifications.mailbox.names import ANSWER, CONFIGURE, CONVERSATION
from notifications.mailbox.reading import ThreadView
from notifications.mailbox.views import actor_of, thread_or_404
from notifications.mailbox.views.folders import NEW_FORM
from portal.casework import drafts
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Draft
from portal.documents.responses import attachment_response
from portal.tenancy.actor import Actor


@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said, and the form to answer. Printed, it is the conversation alone."""
    actor = actor_of(request)
    if request.method == "POST":
        return _reply(request, actor, thread_or_404(actor, pk))
    return _page(request, actor, pk)


def _reply(request: HttpRequest, actor: Actor, thread: Thread) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, actor, thread.pk, form)
    try:
        conversations.reply(
            actor=actor,
            thread=thread,
            body=form.cleaned_data["body"],
            seen=form.cleaned_data["seen"],
            files=form.screened.get("uploads", ()),
        )
    except Conflict as conflict:
        data = request.POST.copy()
        data["seen"] = str(conflict.current_version)
        form.data = data
        form.add_error(None, str(conflict))
    except (Refused, ValidationError) as error:
        _put_errors(form, error)
    else:
        messages.success(request, "Your message is sent.")
        return redirect("mailbox:conversation", thread.pk)
    return _page(request, actor, thread.pk, form)


def _page(
    request: HttpRequest, actor: Actor, pk: int, form: ReplyForm | None = None
) -> HttpResponse:
    try:
        shown: ThreadView = reading.open_conversation(actor=actor, pk=pk)
    except Thread.DoesNotExist:
        raise Http404 from None
    item = Item.objects.visible_to(actor).filter(kind=CONVERSATION, source_id=pk).first()
    context = {
        "thread": shown,
        "item": item,
        "form": form or ReplyForm(initial={"seen": shown.last_number}),
        "back": reverse("mailbox:index"),
        "can_configure": actor.may(CONFIGURE),
        "is_others": shown.is_team and bool(shown.taken_by) and not shown.is_mine,
    }
    status = 422 if form is not None else 200
    return render(request, "mailbox/conversation.html", context, status=status)


@require_safe
def file(request: HttpRequest, pk: int, public_id: uuid.UUID) -> HttpResponse:
    """A file of a conversation, as a download."""
    try:
        document = reading.open_file(actor=actor_of(request), thread=pk, public_id=str(public_id))
    except MessageFile.DoesNotExist:
        raise Http404 from None
    return attachment_response(document)


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one's entry of a conversation into the archive."""
    actor = actor_of(request)
    thread_or_404(actor, pk)
    rows = Item.objects.visible_to(actor).filter(kind=CONVERSATION, source_id=pk)
    keys = list(rows.values_list("pk", flat=True))
    if mark_items(actor=actor, keys=keys, mark=Mark.ARCHIVE):
        messages.success(request, "The conversation is archived. A new message brings it back.")
    return redirect("mailbox:index")


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a team's conversation, or take it over."""
    actor = actor_of(request, ANSWER)
    thread = thread_or_404(actor, pk)
    before = request.POST.get("from", "")
    known = int(before) if before.isdecimal() and len(before) < 19 else None
    return _act(
        request,
        thread,
        lambda: conversations.take_conversation(actor=actor, thread=thread, from_person=known),
        "It is yours now.",
    )


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a conversation to the team again."""
    actor = actor_of(request, ANSWER)
    thread = thread_or_404(actor, pk)
    return _act(
        request,
        thread,
        lambda: conversations.give_back_conversation(actor=actor, thread=thread),
        "It is the team's again.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a conversation on to another team, after asking which."""
    actor = actor_of(request, ANSWER)
    thread = thread_or_404(actor, pk)
    if not people.sits_for_team(actor, thread):
        raise Http404
    teams = conversations.other_teams(actor=actor, thread=thread)
    form = HandOnForm(request.POST or None, teams=teams, initial={"seen": thread.last_number})
    if request.method == "POST" and form.is_valid():
        try:
            conversations.hand_on_conversation(actor=actor, thread=thread, **form.cleaned_data)
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return redirect("mailbox:conversation", pk)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The conversation is handed on. Your team reads it no more.")
            return redirect("mailbox:index")
    context = {"form": form, "thread": thread, "has_teams": teams.exists()}
    return render(request, "mailbox/hand_on.html", context, status=422 if form.errors else 200)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that nothing needs to be answered."""
    actor = actor_of(request, ANSWER)
    thread = thread_or_404(actor, pk)
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    return _act(
        request,
        thread,
        lambda: conversations.settle_conversation(actor=actor, thread=thread, seen=number),
        "It does not wait any more.",
    )


def _act(
    request: HttpRequest, thread: Thread, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except Thread.DoesNotExist:
        raise Http404 from None
    except (Conflict, Refused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("mailbox:conversation", thread.pk)


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A fresh message, under the id its draft will have; nothing is kept yet."""
    actor_of(request)
    return redirect("mailbox:new", uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write a message: to whom, about what, the text. It is kept as a draft while one types."""
    actor = actor_of(request)
    draft = drafts.drafts_of(actor=actor, form=NEW_FORM).filter(public_id=public_id).first()
    if request.method != "POST":
        initial = _content(draft)
        return _new_page(request, actor, public_id, NewForm(initial=initial), initial, draft)
    form = NewForm(request.POST, request.FILES)
    is_valid = form.is_valid()
    content = _typed(form)
    if "search" in request.POST:
        if not _keeps(actor, public_id, content, form):
            return _new_page(request, actor, public_id, form, content, draft, status=422)
        return redirect("mailbox:new", public_id)
    if is_valid and _sends(actor, public_id, form):
        if draft is not None:
            drafts.discard_draft(actor=actor, public_id=public_id)
        messages.success(request, "Your message is sent.")
        return redirect("mailbox:folder", "sent")
    return _new_page(request, actor, public_id, form, content, draft, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = actor_of(request)
    if not drafts.drafts_of(actor=actor, form=NEW_FORM).filter(public_id=public_id).exists():
        raise Http404
    if request.method == "POST":
        drafts.discard_draft(actor=actor, public_id=public_id)
        messages.success(request, "The draft is gone.")
        return redirect("mailbox:index")
    context = {
        "title": "Discard this draft?",
        "text": "What you typed is deleted.",
        "action_url": request.path,
        "submit_label": "Discard the draft",
        "cancel_url": reverse("mailbox:new", args=[public_id]),
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _content(draft: Draft | None) -> dict[str, Any]:
    content = dict(draft.content) if draft else {}
    to = content.get("to", [])
    content["to"] = [to] if isinstance(to, str) else list(to)
    return content


def _typed(form: NewForm) -> dict[str, Any]:
    """What is on the form now; a number that was refused has been taken out of it."""
    data = form.data
    to = data.getlist("to") if hasattr(data, "getlist") else []
    names = ("find", "subject", "body", "case_number")
    return {"to": to, **{name: str(data.get(name, "")) for name in names}}


def _keeps(actor: Actor, public_id: uuid.UUID, content: dict[str, Any], form: NewForm) -> bool:
    """Keep what is typed before the page is drawn anew; False: it cannot be kept."""
    if any(
        error.code == "ssn_refused" for found in form.errors.as_data().values() for error in found
    ):
        return False
    try:
        drafts.save_draft(actor=actor, form=NEW_FORM, content=content, public_id=public_id)
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        _put_errors(form, error)
        return False
    return True


def _sends(actor: Actor, public_id: uuid.UUID, form: NewForm) -> bool:
    values = form.cleaned_data
    try:
        conversations.begin_conversation(
            actor=actor,
            to=values["to"],
            subject=values["subject"],
            body=values["body"],
            case_number=values["case_number"],
            files=form.screened.get("uploads", ()),
            begun_as=public_id,
        )
    except ValidationError as error:
        _put_errors(form, error)
        return False
    return True


def _new_page(
    request: HttpRequest,
    actor: Actor,
    public_id: uuid.UUID,
    form: NewForm,
    content: dict[str, Any],
    draft: Draft | None,
    *,
    status: int = 200,
) -> HttpResponse:
    chosen: Sequence[str] = content["to"]
    text = str(content.get("find") or "")
    teams = people.teams_for(actor)
    tokens = {team.token for team in teams}
    kept = [one for one in people.named(actor, chosen) if one.token not in tokens]
    known = {one.token for one in kept}
    context = {
        "form": form,
        "teams": teams,
        "kept": kept,
        "found": [one for one in people.find_people(actor, text) if one.token not in known],
        "searched": bool(text),
        "chosen": set(chosen),
        "own_team": people.team_of(actor),
        "draft": draft,
        "draft_url": reverse("casework:draft", args=[NEW_FORM, public_id]),
    }
    return render(request, "mailbox/new.html", context, status=status)


def _put_errors(form: forms.Form, error: Exception) -> None:
    """A service's objections beside the form's fields."""
    if not isinstance(error, ValidationError):
        form.add_error(None, str(error))
        return
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
    for name, errors in by_field.items():
        field = "uploads" if name == "files" else name
        form.add_error(field if field in form.fields else None, errors)
