"""Enroller portal notifications: the readers' tab, and the desk of those who write them."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import posts_services as services
from notifications.posts import READ, WRITE, Post, PostState
from notifications.posts_forms import PostForm, values_of
from notifications.views import actor_with, said
from portal.casework.machine import Conflict, Refused
from portal.home.quick_links import MODULE
from portal.tenancy.actor import Actor
from portal.ui import cards

#: The key of the home page's tab.
TAB = "posts"
_ROWS = 50
_TONES = {
    PostState.DRAFT: "neutral",
    PostState.SCHEDULED: "info",
    PostState.ACTIVE: "success",
    PostState.EXPIRED: "neutral",
    PostState.WITHDRAWN: "warning",
}
#: How long a notification runs when its writer says nothing else.
_DAYS = 7


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """What is active for the reader, the most recent on top (PN-02)."""
    actor = _actor(request, READ)
    rows = Post.objects.visible_to(actor).with_reading_of(actor)[:_ROWS]
    context = {"posts": rows, "tabs": cards.tabs_for(actor, current=TAB)}
    return render(request, "notifications/posts.html", context)


@require_POST
def post_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and stay where one was."""
    actor = _actor(request, READ)
    try:
        services.mark_posts_read(actor=actor, post=Post(pk=pk))
    except Post.DoesNotExist:
        raise Http404 from None
    return redirect("home" if "home" in request.POST else "notifications:posts")


@require_POST
def posts_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    services.mark_posts_read(actor=_actor(request, READ))
    return redirect("notifications:posts")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All of the exchange's, newest first, with how each stands."""
    actor = _actor(request, WRITE)
    now = timezone.now()
    rows = [(post, *_state(post, now)) for post in Post.objects.visible_to(actor)[:_ROWS]]
    return render(request, "notifications/posts_desk.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def post_new(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    actor = _actor(request, WRITE)
    start = timezone.now().replace(second=0, microsecond=0)
    initial = {"starts_at": start, "expires_at": start + timedelta(days=_DAYS)}
    form = PostForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            post = services.write_post(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The draft is saved. Look at it, then publish it.")
            return redirect("notifications:post", post.pk)
    return _form_page(request, form, title="New notification")


@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft, or what is published."""
    post = _post(_actor(request, WRITE), pk)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else post.version
    form = PostForm(request.POST or None, initial=values_of(post))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_post(
                actor=_actor(request, WRITE),
                post=post,
                expected_version=expected,
                **form.cleaned_data,
            )
        except Conflict as conflict:
            form.add_error(None, f"{conflict} {_difference(post, form.cleaned_data)}")
            expected = conflict.current_version
        except (Refused, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, "The change is saved.")
            return redirect("notifications:post", pk)
    return _form_page(request, form, title="Change the notification", post=post, version=expected)


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """One notification as its readers see it, how it stands, and who changed what."""
    shown = _post(_actor(request, WRITE), pk)
    state, tone = _state(shown, timezone.now())
    context = {
        "post": shown,
        "state": state,
        "tone": tone,
        "is_draft": state is PostState.DRAFT,
        "is_over": state in (PostState.EXPIRED, PostState.WITHDRAWN),
        "changes": [
            {
                "when": change.at,
                "title": change.get_what_display(),
                "actor": change.person.full_name if change.person else "The portal",
                "body": _named(change.fields),
            }
            for change in shown.changes.select_related("person")[:_ROWS]
        ],
    }
    return render(request, "notifications/post.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def post_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft, after a second thought."""
    actor = _actor(request, WRITE)
    draft = _post(actor, pk)
    if request.method == "POST":
        return _done(
            request, pk, lambda: services.publish_post(actor=actor, post=draft), "It is published."
        )
    return _confirm(
        request,
        draft,
        title="Publish this notification?",
        text=f"{draft.get_audience_display()} see it on their home page from its start on.",
        submit_label="Publish",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def post_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw, after a second thought."""
    actor = _actor(request, WRITE)
    shown = _post(actor, pk)
    if request.method == "POST":
        return _done(
            request, pk, lambda: services.withdraw_post(actor=actor, post=shown), "It is withdrawn."
        )
    return _confirm(
        request,
        shown,
        title="Withdraw this notification?",
        text="From then on no reader sees it. It cannot be published again.",
        submit_label="Withdraw",
        danger=True,
    )


def _actor(request: HttpRequest, action: str) -> Actor:
    """The actor, who must have the action in an exchange with an enroller portal.

    Raises:
        NotAllowed: they have not.
        Http404: their exchange has no enroller portal.
    """
    actor = actor_with(request, action)
    if not actor.has_module(MODULE):
        raise Http404
    return actor


def _post(actor: Actor, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(actor), pk=pk)


def _state(post: Post, now: datetime) -> tuple[PostState, str]:
    state = post.state(now)
    return state, _TONES[state]


def _form_page(request: HttpRequest, form: PostForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "notifications/post_form.html", context | {"form": form}, status=status)


def _confirm(request: HttpRequest, post: Post, **context: Any) -> HttpResponse:
    context |= {
        "details": [
            ("Title", post.title),
            ("For whom", post.get_audience_display()),
            ("From", said(timezone.localtime(post.starts_at))),
            ("Until", said(timezone.localtime(post.expires_at))),
        ],
        "action_url": request.path,
        "cancel_url": reverse("notifications:post", args=[post.pk]),
    }
    return render(request, "ui/confirm.html", context)


def _done(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("notifications:post", pk)


def _named(fields: list[str]) -> str:
    return ", ".join(str(PostForm.base_fields[name].label) for name in fields)


def _difference(post: Post, typed: dict[str, Any]) -> str:
    """Which fields the notification now has otherwise than was typed."""
    other = [name for name, value in typed.items() if getattr(post, name) != value]
    named = _named(other) or "nothing"
    return f"It differs from what you typed in: {named}. Save again to keep yours."
