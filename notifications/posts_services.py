"""Every write of enroller portal notifications: written, published, withdrawn, read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.posts import READ, WRITE, Post, PostChange, PostRead, PostState
from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor

TITLE_LENGTH: Final = 120
BODY_LENGTH: Final = 4_000
#: What the writer says; its names are the forms' and the history's.
_FIELDS: Final = ("kind", "audience", "title", "body", "starts_at", "expires_at")
#: Fields whose change makes a post new to those who have read it.
_TEXT: Final = frozenset({"kind", "title", "body"})


@transaction.atomic
def write_post(
    *,
    actor: Actor,
    kind: str,
    audience: str,
    title: str,
    body: str,
    starts_at: datetime,
    expires_at: datetime,
) -> Post:
    """Write the draft of a notification; readers see nothing of it yet.

    Args:
        starts_at: from when readers see it once it is published (UTC instant).
        expires_at: from when they no longer do.

    Raises:
        NotAllowed: the actor may not write notifications.
        ValidationError: a value is missing or does not fit; by field.
        SsnRefused: the text holds a Social Security number.
    """
    actor.require(WRITE)
    post = Post(
        exchange=actor.exchange,
        kind=kind,
        audience=audience,
        title=title.strip(),
        body=body.strip(),
        starts_at=starts_at,
        expires_at=expires_at,
    )
    _check(post)
    post.save()
    _note(post, actor, PostChange.What.WRITTEN)
    return post


@transaction.atomic
def change_post(*, actor: Actor, post: Post, expected_version: int, **values: Any) -> Post:
    """Change a draft, or what is published: then its text is new to everybody again.

    Raises:
        NotAllowed: the actor may not write notifications.
        Post.DoesNotExist: it is another exchange's.
        Refused: it is withdrawn or expired.
        Conflict: somebody changed it since the actor read it.
        ValidationError: a value does not fit; by field.
        SsnRefused: the text holds a Social Security number.
    """
    post = _locked(actor, post)
    if post.state() in (PostState.WITHDRAWN, PostState.EXPIRED):
        raise Refused(f"It is {post.state().lower()}. Write a new one instead.")
    if post.version != expected_version:
        raise Conflict(
            "Somebody else changed this notification in the meantime. Look at it again first.",
            current_version=post.version,
        )
    if unknown := set(values) - set(_FIELDS):
        raise TypeError(f"These fields cannot be changed: {sorted(unknown)}")
    values |= {key: values[key].strip() for key in ("title", "body") if key in values}
    changed = [name for name in _FIELDS if name in values and getattr(post, name) != values[name]]
    if not changed:
        return post
    for name in changed:
        setattr(post, name, values[name])
    _check(post)
    post.version += 1
    post.save(update_fields=[*changed, "version"])
    if post.published_at and _TEXT.intersection(changed):
        post.readings.all().delete()
    _note(post, actor, PostChange.What.CHANGED, changed)
    return post


@transaction.atomic
def publish_post(*, actor: Actor, post: Post) -> Post:
    """Let its audience see a draft from its start on.

    Raises:
        NotAllowed: the actor may not write notifications.
        Post.DoesNotExist: it is another exchange's.
        Refused: it is no draft, or its time is already over.
    """
    post = _locked(actor, post)
    if post.state() is not PostState.DRAFT:
        raise Refused(f"Only a draft can be published. This one is {post.state().lower()}.")
    post.published_at = timezone.now()
    post.version += 1
    post.save(update_fields=["published_at", "version"])
    _note(post, actor, PostChange.What.PUBLISHED)
    return post


@transaction.atomic
def withdraw_post(*, actor: Actor, post: Post) -> Post:
    """Take a notification back; nobody but its writers sees it any more.

    Raises:
        NotAllowed: the actor may not write notifications.
        Post.DoesNotExist: it is another exchange's.
        Refused: it is withdrawn or expired already.
    """
    post = _locked(actor, post)
    if post.state() in (PostState.WITHDRAWN, PostState.EXPIRED):
        raise Refused(f"It is {post.state().lower()} already: no reader sees it.")
    post.withdrawn_at = timezone.now()
    post.version += 1
    post.save(update_fields=["withdrawn_at", "version"])
    _note(post, actor, PostChange.What.WITHDRAWN)
    return post


@transaction.atomic
def mark_posts_read(*, actor: Actor, post: Post | None = None) -> int:
    """Mark a notification as read, or all the actor can see; returns how many were unread.

    Raises:
        NotAllowed: the actor reads no notifications.
        Post.DoesNotExist: the notification is not for the actor, or no longer active.
    """
    actor.require(READ)
    rows = Post.objects.visible_to(actor)
    if post is not None:
        rows = rows.filter(pk=rows.get(pk=post.pk).pk)
    unread = list(rows.unread_by(actor))
    PostRead.objects.bulk_create(
        [PostRead(exchange=actor.exchange, post=row, person=actor.person) for row in unread],
        ignore_conflicts=True,
    )
    return len(unread)


def _locked(actor: Actor, post: Post) -> Post:
    actor.require(WRITE)
    return Post.objects.visible_to(actor).select_for_update().get(pk=post.pk)


def _check(post: Post) -> None:
    if len(post.body) > BODY_LENGTH:
        raise ValidationError({"body": f"At most {BODY_LENGTH:,} characters."})
    for name in ("title", "body"):
        if contains_ssn(getattr(post, name)):
            raise SsnRefused(f"the {name}")
    post.clean_fields(exclude=["exchange"])
    if post.expires_at <= post.starts_at:
        raise ValidationError({"expires_at": "It must end after it starts."})
    if post.expires_at <= timezone.now():
        raise ValidationError({"expires_at": "This is in the past: nobody would see it."})


def _note(post: Post, actor: Actor, what: PostChange.What, fields: Sequence[str] = ()) -> None:
    PostChange.objects.create(
        exchange=actor.exchange, post=post, person=actor.person, what=what, fields=list(fields)
    )
    record(
        actor=actor,
        action=f"notifications.post_{what.value}",
        fields=fields,
        data={"post": post.pk},
    )
