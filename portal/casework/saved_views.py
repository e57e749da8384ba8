"""A list's view, filters and order under a name of one's own."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from portal.casework.models import SavedView
from portal.documents.validation import validate_no_ssn
from portal.tenancy.actor import Actor

#: Saved views one person may have of one list.
MOST = 30
#: Parameters that belong to a place in a list, not to a view of it.
_PLACE = ("after", "before")


def saved_views_of(*, actor: Actor, list_key: str) -> QuerySet[SavedView]:
    """The actor's own views of a list in this exchange, by name."""
    return SavedView.objects.filter(
        exchange_id=actor.exchange_id, person=actor.person, list_key=list_key
    )


@transaction.atomic
def save_view(*, actor: Actor, list_key: str, name: str, query: str) -> SavedView:
    """Keep a list's address under a name; a view of the same name is replaced.

    Args:
        query: the query string of the list; its place in the list is left out.

    Raises:
        ValidationError: no name, too many views, an address that is too long, or a Social
            Security number.
    """
    name = _name(name)
    params = QueryDict(query, mutable=True)
    for key in _PLACE:
        params.pop(key, None)
    query = params.urlencode()
    validate_no_ssn(query)
    if len(query) > 500:
        raise ValidationError("These filters are too long to be saved.")
    mine = saved_views_of(actor=actor, list_key=list_key)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise ValidationError(f"You have {MOST} saved views. Delete one first.")
    view, _ = SavedView.objects.update_or_create(
        exchange_id=actor.exchange_id,
        person=actor.person,
        list_key=list_key,
        name=name,
        defaults={"query": query},
    )
    return view


@transaction.atomic
def rename_view(*, actor: Actor, pk: int, list_key: str, name: str) -> SavedView:
    """Give a saved view another name.

    Raises:
        SavedView.DoesNotExist: the actor has no such view.
        ValidationError: no name, or another view has it.
    """
    view = saved_views_of(actor=actor, list_key=list_key).get(pk=pk)
    view.name = _name(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise ValidationError("You have a view of that name already.") from None
    return view


def delete_view(*, actor: Actor, pk: int, list_key: str) -> None:
    """Forget a saved view.

    Raises:
        SavedView.DoesNotExist: the actor has no such view.
    """
    saved_views_of(actor=actor, list_key=list_key).get(pk=pk).delete()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError("Give the view a name.")
    if len(name) > 60:
        raise ValidationError("The name is too long: at most 60 characters.")
    validate_no_ssn(name)
    return name
