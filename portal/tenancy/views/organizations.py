"""The exchange's organizations as a tree, with duties and queues (T-01…T-06, SC-03…SC-18)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render

from portal.tenancy.http import ActorRequest
from portal.tenancy.models import Organization

#: Kinds of the exchange's own tree; everybody else stands around it.
_OWN = frozenset({"exchange", "branch", "sub_branch", "unit", "workstream"})


@dataclass
class Branch:
    """One organization of the tree, with those below it."""

    organization: Organization
    below: list["Branch"] = field(default_factory=list)


def organizations(request: ActorRequest) -> HttpResponse:
    """``tenancy:organizations``; two statements, whatever their number."""
    actor = request.actor
    actor.require("tenancy.view_organizations")
    found = (
        Organization.objects.visible_to(actor)
        .active()
        .annotate(
            people=Count(
                "memberships",
                filter=Q(memberships__is_active=True, memberships__person__is_active=True),
            )
        )
        .order_by("path", "name")
    )
    rows = list(found)
    around: dict[str, list[Organization]] = {}
    for row in sorted(rows, key=lambda row: row.name):
        if row.kind not in _OWN:
            around.setdefault(row.get_kind_display(), []).append(row)
    context = {
        "tree": tree_of(row for row in rows if row.kind in _OWN),
        "around": sorted(around.items()),
    }
    return render(request, "tenancy/organizations.html", context)


def tree_of(rows: Iterable[Organization]) -> list[Branch]:
    """Arrange organizations under their parents, each level by name; orphans become roots."""
    nodes = {row.pk: Branch(row) for row in rows}
    roots: list[Branch] = []
    for node in sorted(nodes.values(), key=lambda node: node.organization.name):
        parent = nodes.get(node.organization.parent_id or 0)
        (parent.below if parent else roots).append(node)
    return roots
