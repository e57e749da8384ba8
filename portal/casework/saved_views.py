"""A list's view, filters and order under a name: one's own, or shared with one's unit.

Somebody else's private view does not exist for anybody, lead or administrator. A shared one is
seen by everybody whose membership is in that unit; its maker and the unit's leads change it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from portal.casework.filters import Choices
from portal.casework.listing import CaseList, count_all, read_list
from portal.casework.models import SavedView
from portal.casework.querysets import CaseQuerySet
from portal.documents.validation import validate_no_ssn
from portal.prepared import Slots, prepared
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Organization

#: Saved views one person may have of one list.
MOST = 30
#: Parameters that belong to a place in a list, not to a view of it.
_PLACE = ("after", "before", "case")


@dataclass(frozen=True)
class ShownView:
    """A saved view as a list's page shows it."""

    pk: int
    name: str
    query: str
    #: Name of the unit it is shared with; empty: one's own.
    unit: str = ""
    #: How many cases it holds now; None: its filters are not understood any more.
    count: str | None = None
    may_change: bool = True
    is_mine: bool = True


def saved_views_of(*, actor: Actor, list_key: str) -> QuerySet[SavedView]:
    """The views of a list the actor sees in this exchange: own ones and the unit's, by name."""
    return _seen(actor.exchange_id, actor.person_id, actor.organization_id, list_key)


def _seen(
    exchange_id: int, person_id: int | None, unit_id: int | None, list_key: str
) -> QuerySet[SavedView]:
    mine = Q(person_id=person_id)
    unit = Q(shared_with_id=unit_id) if unit_id is not None else Q(pk__in=[])
    return SavedView.objects.filter(mine | unit, exchange_id=exchange_id, list_key=list_key)


def changeable_views(*, actor: Actor, list_key: str) -> QuerySet[SavedView]:
    """Those of them the actor may rename, share and delete: own ones; a lead also the unit's."""
    rows = saved_views_of(actor=actor, list_key=list_key)
    return rows if actor.is_lead and not actor.is_outside else rows.filter(person=actor.person)


def shown_views(*, actor: Actor, list_key: str) -> list[ShownView]:
    """The saved views the actor sees, without counts; one statement."""

    def build(slots: Slots, *, in_unit: bool) -> QuerySet[SavedView]:
        unit = slots.integer("unit") if in_unit else None
        rows = _seen(slots.integer("exchange"), slots.integer("person"), unit, list_key)
        return rows.select_related("shared_with")

    in_unit = actor.organization_id is not None
    query = prepared(
        ("casework.saved_views", list_key, in_unit), lambda slots: build(slots, in_unit=in_unit)
    )
    rows = query.rows(
        exchange=actor.exchange_id, person=actor.person_id, unit=actor.organization_id
    )
    leads = actor.is_lead and not actor.is_outside
    return [
        ShownView(
            pk=row.pk,
            name=row.name,
            query=row.query,
            unit=row.shared_with.name if row.shared_with else "",
            may_change=leads or row.person_id == actor.person_id,
            is_mine=row.person_id == actor.person_id,
        )
        for row in rows
    ]


def queries_of(views: Iterable[ShownView], *, like: CaseList) -> dict[str, CaseQuerySet]:
    """The cases each view holds for this reader, under ``saved:<pk>``.

    A shared view narrows what its reader may know of; it opens nothing its maker could see. One
    whose view or order is gone is left out.
    """
    found: dict[str, CaseQuerySet] = {}
    choices: Choices | None = getattr(like.filters, "choices", None)
    for view in views:
        try:
            cases = read_list(
                like.actor, QueryDict(view.query), choices=choices, visible=like.visible
            )
        except BadRequest:
            continue
        found[f"saved:{view.pk}"] = cases.filters.narrow(cases.rows_of(cases.view))
    return found


def counted(views: Sequence[ShownView], counts: dict[str, str]) -> list[ShownView]:
    """The views with what :func:`portal.casework.listing.count_all` answered for them."""
    return [
        ShownView(**{**view.__dict__, "count": counts.get(f"saved:{view.pk}")}) for view in views
    ]


def views_with_counts(*, like: CaseList, list_key: str) -> list[ShownView]:
    """The saved views and how many cases each holds; two statements, however many there are."""
    views = shown_views(actor=like.actor, list_key=list_key)
    return counted(views, count_all(queries_of(views, like=like)))


@transaction.atomic
def save_view(
    *,
    actor: Actor,
    list_key: str,
    name: str,
    query: str,
    shared_with: Organization | None = None,
) -> SavedView:
    """Keep a list's address under a name; one's own view of the same name is replaced.

    Args:
        query: the query string of the list; its place in the list is left out.
        shared_with: the actor's own unit, to let everybody in it see the view.

    Raises:
        ValidationError: no name, too many views, an address that is too long, or a Social
            Security number.
        NotAllowed: it is to be shared with a unit that is not the actor's.
    """
    name = _name(name)
    _check_unit(actor, shared_with)
    params = QueryDict(query, mutable=True)
    for key in _PLACE:
        params.pop(key, None)
    query = params.urlencode()
    # As typed and as kept: an address writes some characters in another way.
    for text in (query, *(value for _, values in params.lists() for value in values)):
        validate_no_ssn(text)
    if len(query) > 500:
        raise ValidationError("These filters are too long to be saved.")
    mine = SavedView.objects.filter(
        exchange_id=actor.exchange_id, person=actor.person, list_key=list_key
    )
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise ValidationError(f"You have {MOST} saved views. Delete one first.")
    view, _ = SavedView.objects.update_or_create(
        exchange_id=actor.exchange_id,
        person=actor.person,
        list_key=list_key,
        name=name,
        defaults={"query": query, "shared_with": shared_with},
    )
    return view


@transaction.atomic
def rename_view(*, actor: Actor, pk: int, list_key: str, name: str) -> SavedView:
    """Give a saved view another name.

    Raises:
        SavedView.DoesNotExist: there is no such view the actor may change.
        ValidationError: no name, or another view has it.
    """
    view = changeable_views(actor=actor, list_key=list_key).get(pk=pk)
    view.name = _name(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise ValidationError("There is a view of that name already.") from None
    return view


def share_view(
    *, actor: Actor, pk: int, list_key: str, shared_with: Organization | None
) -> SavedView:
    """Share a view with the actor's own unit, or (None) make it its maker's alone again.

    Raises:
        SavedView.DoesNotExist: there is no such view the actor may change.
        NotAllowed: the unit is not the actor's.
    """
    _check_unit(actor, shared_with)
    view = changeable_views(actor=actor, list_key=list_key).get(pk=pk)
    view.shared_with = shared_with
    view.save(update_fields=["shared_with"])
    return view


def delete_view(*, actor: Actor, pk: int, list_key: str) -> None:
    """Forget a saved view.

    Raises:
        SavedView.DoesNotExist: there is no such view the actor may change.
    """
    changeable_views(actor=actor, list_key=list_key).get(pk=pk).delete()


def _check_unit(actor: Actor, unit: Organization | None) -> None:
    if unit is None:
        return
    if actor.is_outside or unit.pk != actor.organization_id:
        raise NotAllowed("casework.view", "A view can be shared with your own unit only.")


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError("Give the view a name.")
    if len(name) > 60:
        raise ValidationError("The name is too long: at most 60 characters.")
    validate_no_ssn(name)
    return name
