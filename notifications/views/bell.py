"""The bell: what happened to the cases one works on or watches, and what concerns everybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notifications import services
from notifications.catalogue import get
from notifications.models import Bell
from notifications.views import actor_with, local
from notifications.wording import case_path, line_of, own_subjects, page_path
from portal.tenancy.actor import Actor
from portal.tenancy.sight import prepared_for
from portal.ui.live import Waiting

READ = "notifications.read"
_PAGE = 60
#: Lines of the menu; folded ones count as one.
_NEWEST = 5
#: How many unread lines are counted at most: one more than a badge shows.
COUNT_LIMIT = 100


@dataclass
class Line:
    """One line, or several that say the same of the same thing: the newest stands for all."""

    pk: int
    text: str
    #: What kind it is (BN-02).
    kind: str
    at: datetime | None
    is_unread: bool
    times: int = 1


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
    actor = actor_with(request, READ)
    rows = _rows(actor)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) <= 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _PAGE + 1])
    shown, has_more = found[:_PAGE], len(found) > _PAGE
    context = {
        "groups": _grouped(shown, actor),
        "shown": len(shown),
        "unread": _unread_text(actor),
        "newest": shown[0].pk if shown else 0,
        "next_url": f"?before={shown[-1].pk}" if has_more else "",
        "first_url": reverse("notifications:bell") if before else "",
        "shows_mail": actor.exchange.is_demo or actor.may("notifications.operate"),
    }
    return render(request, "notifications/bell.html", context)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The newest few, as the header's menu shows them."""
    return _menu(request, actor_with(request, READ))


@require_POST
def open_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and go to what it tells of."""
    actor = actor_with(request, READ)
    row = get_object_or_404(_rows(actor), pk=pk)
    services.mark_read(actor=actor, bell=row)
    return redirect(_url_of(row, actor))


@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and stay."""
    actor = actor_with(request, READ)
    services.mark_read(actor=actor, bell=get_object_or_404(Bell.objects.visible_to(actor), pk=pk))
    return _stay(request, actor)


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that was there when the page was drawn."""
    actor = actor_with(request, READ)
    until = request.POST.get("until", "")
    is_number = until.isdecimal() and len(until) <= 18
    services.mark_all_read(actor=actor, until=int(until) if is_number else None)
    return _stay(request, actor)


def waiting(actor: Actor) -> Waiting:
    """How much is unread, counted no further than a badge shows, and its newest; one statement."""
    query = prepared_for(
        actor,
        "notifications.unread",
        lambda sight, slots: _unread(sight, slots.moment("now")),
    )
    now = timezone.now()
    found = query.rows(now=now) if query else list(_unread(actor, now))
    return Waiting(len(found), found[0] if found else 0)


def _unread(actor: Actor, now: datetime) -> QuerySet[Bell, int]:
    rows = Bell.objects.visible_to(actor, now).unread().order_by("-pk")
    return rows.values_list("pk", flat=True)[:COUNT_LIMIT]


def _unread_text(actor: Actor) -> str:
    """How many lines are unread, as a badge shows it; empty for none."""
    count = waiting(actor).count
    return f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else str(count or "")


def _rows(actor: Actor) -> QuerySet[Bell]:
    return Bell.objects.visible_to(actor).select_related("case", "message").order_by("-pk")


def _menu(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = list(_rows(actor)[:_PAGE])
    context = {
        "lines": list(_folded(rows, actor).values())[:_NEWEST],
        "newest": rows[0].pk if rows else 0,
    }
    return render(request, "notifications/_newest.html", context)


def _stay(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The menu again where the menu asked, otherwise the page; the header counts anew."""
    if "HX-Request" not in request.headers:
        return redirect("notifications:bell")
    answer = _menu(request, actor)
    answer["HX-Trigger"] = "liaison:live"
    return answer


def _grouped(rows: Iterable[Bell], actor: Actor) -> list[Group]:
    groups: dict[str, Group] = {}
    folded = _folded(rows, actor)
    for (row, *_), line in folded.items():
        title = _title_of(row)
        group = groups.setdefault(title, Group(title, _group_url(row, actor)))
        group.lines.append(line)
    return sorted(groups.values(), key=lambda group: not group.unread)


def _folded(rows: Iterable[Bell], actor: Actor) -> dict[tuple[Bell, str], Line]:
    """Rows as lines, newest first; what says the same of the same thing is one line."""
    own = own_subjects(actor.exchange)
    found: dict[tuple[int | None, str, str], tuple[Bell, Line]] = {}
    for row in rows:
        text = line_of(row, exchange=actor.exchange, own=own)
        same = (row.case_id, row.key, text)
        if same in found:
            line = found[same][1]
            line.times += 1
            line.is_unread |= row.read_at is None
            continue
        line = Line(
            pk=row.pk,
            text=text,
            kind=get(row.key).label,
            at=local(row.created_at, actor),
            is_unread=row.read_at is None,
        )
        found[same] = row, line
    return {(row, line.text): line for row, line in found.values()}


def _title_of(row: Bell) -> str:
    """The case's number; of a message about no case the name of its kind (BN-02)."""
    if row.case:
        return row.case.number
    kind = get(row.key)
    return kind.label if kind.page else "The portal"


def _group_url(row: Bell, actor: Actor) -> str:
    """Where a group's title leads; of lines that each have a page of their own, nowhere."""
    return "" if row.case is None and get(row.key).page_takes else _url_of(row, actor)


def _url_of(row: Bell, actor: Actor) -> str:
    if row.case is not None:
        return case_path(row.case)
    if (kind := get(row.key)).page:
        return page_path(kind, row.message.data)
    operates = actor.may("notifications.operate")
    return reverse("notifications:outbox" if operates else "notifications:bell")
