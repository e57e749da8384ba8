"""The folders, the search, and marking what lies there."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe

from notifications.mailbox import folders, kinds
from notifications.mailbox.folders import ARCHIVE, INBOX, SENT, TEAM, Folder
from notifications.mailbox.items import Mark, mark_items
from notifications.mailbox.models import Item, Message, Seat
from notifications.mailbox.names import CONVERSATION
from notifications.mailbox.reading import others_in
from notifications.mailbox.searching import MOST_FOUND, MOST_READ, search_mailbox
from notifications.mailbox.views import actor_of
from portal.casework import drafts
from portal.casework.keyset import Page, Sort, page_of
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor

SIZE: Final = 25
#: The form whose drafts are messages not sent yet.
NEW_FORM: Final = "mailbox.new"
_LATEST: Final = Sort("received", "received_at", "Received")
_SENT: Final = Sort("sent", "sent_at", "Sent")
_MOVED: Final = Sort("moved", "moved_at", "Last message")
_SAID: Final = {
    Mark.READ: "marked as read",
    Mark.UNREAD: "marked as unread",
    Mark.ARCHIVE: "archived",
    Mark.RESTORE: "moved back",
}


@require_safe
def folder(request: HttpRequest, key: str = INBOX) -> HttpResponse:
    """One folder: what is unread comes first, the rest in pages, newest first."""
    actor = actor_of(request)
    found = folders.folders_of(actor)
    current = next((one for one in found if one.key == key), None)
    if current is None:
        raise Http404
    context = _frame(actor, found, current) | {"base": f"{request.path}?"}
    if key == SENT:
        return render(request, "mailbox/sent.html", context | _sent(request, actor))
    if key == TEAM:
        return render(request, "mailbox/team.html", context | _team(request, actor))
    return render(request, "mailbox/folder.html", context | _items(request, actor, current))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What has the words in its subject, or in a message."""
    actor = actor_of(request)
    text = request.GET.get("q", "")[:120]
    if contains_ssn(text):
        messages.error(request, SsnRefused("the search box").messages[0])
        text = ""
    found = search_mailbox(actor, text)
    context = _frame(actor, folders.folders_of(actor), None) | {
        "text": text,
        "found": found,
        "most_read": MOST_READ,
        "is_full": len(found.hits) == MOST_FOUND,
    }
    return render(request, "mailbox/search.html", context)


@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark those that are ticked, and return to where one was."""
    actor = actor_of(request)
    try:
        what = Mark(request.POST.get("do", ""))
    except ValueError:
        raise Http404 from None
    keys = [int(key) for key in request.POST.getlist("item") if key.isdecimal() and len(key) < 19]
    number = mark_items(actor=actor, keys=keys[:500], mark=what)
    if not keys:
        messages.warning(request, "Tick what you want to mark first.")
    elif number:
        noun = "entry" if number == 1 else "entries"
        messages.success(request, f"{number} {noun} {_SAID[what]}.")
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours and back.startswith("/") else reverse("mailbox:index"))


def _frame(actor: Actor, found: list[Folder], current: Folder | None) -> dict[str, Any]:
    """What every page of the mailbox has beside it."""
    tabs = [
        {
            "label": one.folder.label,
            "url": url_of(one.folder),
            "current": one.folder == current,
            "count": one.unread or None,
        }
        for one in folders.counted(actor, found)
    ]
    return {
        "tabs": tabs,
        "folder": current,
        "begun": _begun(actor),
    }


def url_of(one: Folder) -> str:
    """The address of a folder; Inbox is the mailbox's own."""
    return (
        reverse("mailbox:index") if one.key == INBOX else reverse("mailbox:folder", args=[one.key])
    )


def _begun(actor: Actor) -> list[dict[str, Any]]:
    """Messages that are written and not sent."""
    return [
        {
            "public_id": draft.public_id,
            "subject": str(draft.content.get("subject") or "No subject yet"),
            "at": draft.updated_at,
        }
        for draft in drafts.drafts_of(actor=actor, form=NEW_FORM)[:5]
    ]


def _places(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("after", "before")}


def _items(request: HttpRequest, actor: Actor, current: Folder) -> dict[str, Any]:
    rows = folders.items_in(actor, current)
    is_archive = current.key == ARCHIVE
    only_unread = request.GET.get("show") == "unread" and not is_archive
    places = _places(request)
    first: list[Item] = []
    if only_unread:
        rows = rows.unread()
    elif not is_archive:
        if not any(places.values()):
            first = list(rows.unread()[: SIZE + 1])
        rows = rows.exclude(read_at=None)
    page: Page = page_of(rows, sort=_LATEST, descending=True, size=SIZE, **places)
    query = urlencode({"show": "unread"} if only_unread else {})
    return {
        "unread": _shown(actor, first[:SIZE]),
        "has_more_unread": len(first) > SIZE,
        "rows": _shown(actor, page.rows),
        "page": page,
        "base": f"{request.path}?{query}&" if query else f"{request.path}?",
        "only_unread": only_unread,
        "is_archive": is_archive,
        "back": request.get_full_path(),
    }


def _shown(actor: Actor, rows: Sequence[Item]) -> list[dict[str, Any]]:
    """Items with their kind's label and address; of a kind whose room is gone, none."""
    shown = []
    talks = [row.source_id for row in rows if row.kind == CONVERSATION]
    others = others_in(actor=actor, threads=talks) if talks else {}
    known = {kind.key: kind for kind in kinds.all_kinds()}
    for row in rows:
        if kind := known.get(row.kind):
            shown.append(
                {
                    "pk": row.pk,
                    "subject": row.subject,
                    "kind": kind.label,
                    "others": others.get(row.source_id, ()) if row.kind == CONVERSATION else (),
                    "url": reverse(kind.url_name, args=[row.source_id]),
                    "at": row.received_at,
                    "is_unread": row.read_at is None,
                }
            )
    return shown


def _with_others(
    actor: Actor, rows: Sequence[Message | Seat]
) -> list[tuple[Message | Seat, Sequence[str]]]:
    """Rows of conversations, each with whom it is with."""
    others = others_in(actor=actor, threads=[row.thread_id for row in rows]) if rows else {}
    return [(row, others.get(row.thread_id, ())) for row in rows]


def _sent(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    rows = folders.sent_by(actor)
    page = page_of(rows, sort=_SENT, descending=True, size=SIZE, **_places(request))
    return {"rows": _with_others(actor, page.rows), "page": page}


def _team(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    rows = folders.team_seats(actor)
    view = request.GET.get("view", "waiting")
    if view == "waiting":
        rows = rows.filter(folders.waiting_for(actor))
    elif view == "mine":
        rows = rows.filter(taken_by_id=actor.person_id)
    page = page_of(rows, sort=_MOVED, descending=True, size=SIZE, **_places(request))
    own = reverse("mailbox:folder", args=[TEAM])
    return {
        "rows": _with_others(actor, page.rows),
        "page": page,
        "base": f"{own}?{urlencode({'view': view})}&",
        "views": [
            {"label": label, "url": f"{own}?view={key}", "current": view == key}
            for key, label in (("waiting", "Waiting"), ("mine", "Mine"), ("all", "All"))
        ],
    }
