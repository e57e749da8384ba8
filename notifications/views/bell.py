"""The bell: what happened to the cases one works on or watches."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from notifications import services
from notifications.catalogue import get
from notifications.models import Bell, MessageTemplate
from notifications.views import actor_with, local
from notifications.wording import bell_line, case_path, page_path
from portal.tenancy.actor import Actor
from portal.tenancy.sight import prepared_for

_READ = "notifications.read"
_PAGE = 60
_COUNT_LIMIT = 99


@dataclass(frozen=True)
class Line:
    pk: int
    text: str
    at: datetime | None
    is_unread: bool


@dataclass
class Group:
    """All lines about one case, or of one kind that is about none, newest first."""

    title: str
    url: str
    lines: list[Line] = field(default_factory=list)

    @property
    def unread(self) -> int:
        return sum(line.is_unread for line in self.lines)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """One's own lines, grouped by case; cases with something unread come first."""
    actor = actor_with(request, _READ)
    rows = Bell.objects.visible_to(actor).select_related("case")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) <= 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: _PAGE + 1])
    shown, has_more = found[:_PAGE], len(found) > _PAGE
    groups = _grouped(shown, actor)
    context = {
        "groups": groups,
        "shown": len(shown),
        "unread": _unread_text(actor),
        "newest": shown[0].pk if shown else 0,
        "next_url": f"?before={shown[-1].pk}" if has_more else "",
        "first_url": reverse("notifications:bell") if before else "",
        "shows_mail": actor.exchange.is_demo or actor.may("notifications.operate"),
    }
    return render(request, "notifications/bell.html", context)


@require_safe
def bell_count(request: HttpRequest) -> HttpResponse:
    """The number beside the bell, as a fragment; empty when nothing is unread. One statement."""
    actor = actor_with(request, _READ)
    return render(request, "notifications/_count.html", {"text": _unread_text(actor)})


@require_POST
def open_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and go to what it tells of."""
    actor = actor_with(request, _READ)
    row = get_object_or_404(Bell.objects.visible_to(actor).select_related("case"), pk=pk)
    services.mark_read(actor=actor, bell=row)
    return redirect(_url_of(row, actor))


@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and stay."""
    actor = actor_with(request, _READ)
    services.mark_read(actor=actor, bell=get_object_or_404(Bell.objects.visible_to(actor), pk=pk))
    return redirect("notifications:bell")


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that was there when the page was drawn."""
    actor = actor_with(request, _READ)
    until = request.POST.get("until", "")
    is_number = until.isdecimal() and len(until) <= 18
    services.mark_all_read(actor=actor, until=int(until) if is_number else None)
    return redirect("notifications:bell")


def _unread_text(actor: Actor) -> str:
    """How many lines are unread, counted no further than a badge shows; empty for none."""
    query = prepared_for(actor, "notifications.unread", lambda sight, slots: _unread(sight))
    unread = len(query.rows() if query else _unread(actor))
    return f"{_COUNT_LIMIT}+" if unread > _COUNT_LIMIT else str(unread or "")


def _unread(actor: Actor) -> QuerySet[Bell, int]:
    rows = Bell.objects.visible_to(actor).unread().order_by()
    return rows.values_list("pk", flat=True)[: _COUNT_LIMIT + 1]


def _grouped(rows: Iterable[Bell], actor: Actor) -> list[Group]:
    own = dict(
        MessageTemplate.objects.filter(exchange_id=actor.exchange_id).values_list("key", "subject")
    )
    groups: dict[str, Group] = {}
    for row in rows:
        title = _title_of(row)
        group = groups.setdefault(title, Group(title, _url_of(row, actor)))
        group.lines.append(
            Line(
                pk=row.pk,
                text=bell_line(row.key, case=row.case, exchange=actor.exchange, own=own),
                at=local(row.created_at, actor),
                is_unread=row.read_at is None,
            )
        )
    return sorted(groups.values(), key=lambda group: not group.unread)


def _title_of(row: Bell) -> str:
    """The case's number; of a message about no case the name of its kind (BN-02)."""
    if row.case:
        return row.case.number
    kind = get(row.key)
    return kind.label if kind.page else "The portal"


def _url_of(row: Bell, actor: Actor) -> str:
    if row.case is not None:
        return case_path(row.case)
    if (kind := get(row.key)).page:
        return page_path(kind)
    operates = actor.may("notifications.operate")
    return reverse("notifications:outbox" if operates else "notifications:bell")
