"""Macros: several acts in an order, each with the data its form is given.

Made by a unit's leads or an administrator; :mod:`portal.casework.macro_runs` performs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from portal.casework import kinds, texts
from portal.casework.forms import ActForm
from portal.casework.kinds import ActDoor, CaseKind
from portal.casework.machine import Act, Refused
from portal.casework.models import Macro
from portal.casework.workbench_models import MAKE
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

#: Steps of one macro.
MOST_STEPS: Final = 10


@dataclass(frozen=True)
class Step:
    """One step as people read it."""

    act: str
    label: str
    #: What is filled in: labels and values.
    data: Sequence[tuple[str, str]]
    #: The act is gone, or its form asks for something else by now.
    problem: str = ""


def kinds_of(kind_key: str, actor: Actor) -> list[CaseKind]:
    """The kinds a macro is for: the one it names, or all that stand in the general lists."""
    return [kind for kind in kinds.listed_kinds(actor) if kind_key in ("", kind.key)]


def acts_for(kind_key: str, actor: Actor) -> dict[str, tuple[Act, ActDoor]]:
    """The acts a macro may consist of: those every one of its kinds has, asked for alike.

    Acts whose form belongs to one case are left out (:func:`fits_many`).
    """
    if not (shared := kinds_of(kind_key, actor)):
        return {}
    first, *others = shared
    return {
        key: (first.machine.act(key), door)
        for key, door in first.doors.items()
        if fits_many(door.form)
        and all(key in kind.doors and kind.doors[key].form is door.form for kind in others)
    }


def fits_many(form: type[ActForm]) -> bool:
    """Whether an act's form, filled in once, can stand for many cases.

    One that takes a file does not, since a file belongs to one case; nor does one whose fields
    depend on the case.
    """
    takes_file = any(isinstance(field, forms.FileField) for field in form.base_fields.values())
    return not takes_file and not form.nested


def usable_macros(actor: Actor, *, kind_keys: Sequence[str] = ()) -> list[Macro]:
    """The macros in use of which the actor's role has every step.

    Args:
        kind_keys: kinds of the cases at hand; macros for another kind are left out.
    """
    rows = Macro.objects.usable_by(actor).filter(is_active=True).select_related("organization")
    return [
        macro
        for macro in rows
        if macro.steps
        and all(macro.kind in ("", key) for key in kind_keys)
        and not missing_actions(macro, actor)
    ]


def missing_actions(macro: Macro, actor: Actor) -> list[str]:
    """Permission actions a macro needs and the actor has not."""
    acts = acts_for(macro.kind, actor)
    needed = {acts[step["act"]][0].action for step in macro.steps if step["act"] in acts}
    return sorted(action for action in needed if actor.read_only or not actor.may(action))


def steps_of(macro: Macro, actor: Actor) -> list[Step]:
    """The macro's steps as people read them, and what is wrong with any."""
    acts = acts_for(macro.kind, actor)
    found = []
    for step in macro.steps:
        if step["act"] not in acts:
            found.append(Step(step["act"], step["act"], (), "This action does not exist any more."))
            continue
        act, door = acts[step["act"]]
        form = door.form(query_of(step["data"]), actor=actor)
        problem = "" if form.is_valid() else " ".join(problems_of(form))
        found.append(Step(act.key, act.label, _shown(form), problem))
    return found


def step_form(macro: Macro, act_key: str, actor: Actor, data: QueryDict | None = None) -> ActForm:
    """The form of one step.

    Raises:
        Refused: the macro's kinds have no such act.
    """
    if act_key not in acts_for(macro.kind, actor):
        raise Refused("This action cannot be a step of this macro.")
    return acts_for(macro.kind, actor)[act_key][1].form(data, actor=actor)


@transaction.atomic
def save_macro(
    *,
    actor: Actor,
    organization: Organization,
    name: str,
    kind: str = "",
    is_active: bool = False,
    macro: Macro | None = None,
) -> Macro:
    """Add a macro to a unit, or change its name, unit and whether it is in use.

    The kind it is for stays as it was made: its steps were filled in for that kind.

    Raises:
        NotAllowed: the actor makes no macros, or not for this unit.
        ValidationError: no name, a name that is taken, an unknown kind, or no step to use.
    """
    texts.require_maker(actor, organization)
    name = texts.clean_name(name)
    if macro is None:
        if kind and not kinds_of(kind, actor):
            raise ValidationError({"kind": "Choose a kind of case of this exchange."})
        macro = Macro(exchange_id=actor.exchange_id, kind=kind)
    else:
        texts.require_maker(actor, macro.organization)
    if is_active and not macro.steps:
        raise ValidationError({"is_active": "Add at least one step first."})
    macro.organization, macro.name, macro.is_active = organization, name, is_active
    return _keep(macro, actor, fields=["name", "unit", "in use"])


@transaction.atomic
def add_step(*, actor: Actor, macro: Macro, act_key: str, data: QueryDict) -> Macro:
    """Add an act with its data to the end of a macro.

    Raises:
        NotAllowed: the actor makes no macros for its unit.
        Refused: the macro's kinds have no such act, or it has enough steps.
        ValidationError: the form of the act does not take the data, or a text has a place that
            cannot be filled in.
    """
    texts.require_maker(actor, macro.organization)
    if len(macro.steps) >= MOST_STEPS:
        raise Refused(f"A macro has at most {MOST_STEPS} steps.")
    form = step_form(macro, act_key, actor, data)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    kept: dict[str, list[str]] = {}
    for name in form.fields:
        values = [value for value in data.getlist(name) if value != ""]
        for value in values:
            _check_text(name, value)
        if values:
            kept[name] = values
    macro.steps = [*macro.steps, {"act": act_key, "data": kept}]
    return _keep(macro, actor, fields=["steps"])


def _check_text(name: str, value: str) -> None:
    try:
        texts.check_places(value)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


@transaction.atomic
def remove_step(*, actor: Actor, macro: Macro, place: int) -> Macro:
    """Take a step out; ``place`` counts from 0. A macro without steps is taken out of use.

    Raises:
        NotAllowed: the actor makes no macros for its unit.
        Refused: there is no such step.
    """
    texts.require_maker(actor, macro.organization)
    _check_place(macro, place)
    macro.steps = [step for n, step in enumerate(macro.steps) if n != place]
    macro.is_active = macro.is_active and bool(macro.steps)
    return _keep(macro, actor, fields=["steps"])


@transaction.atomic
def move_step_up(*, actor: Actor, macro: Macro, place: int) -> Macro:
    """Let a step change places with the one before it; ``place`` counts from 0.

    Raises:
        NotAllowed: the actor makes no macros for its unit.
        Refused: there is no such step; the first one stays.
    """
    texts.require_maker(actor, macro.organization)
    _check_place(macro, place)
    if place:
        steps = list(macro.steps)
        steps[place - 1], steps[place] = steps[place], steps[place - 1]
        macro.steps = steps
    return _keep(macro, actor, fields=["steps"])


@transaction.atomic
def delete_macro(*, actor: Actor, macro: Macro) -> None:
    """Delete a macro; what was done with it stays.

    Raises:
        NotAllowed: the actor makes no macros for its unit.
    """
    texts.require_maker(actor, macro.organization)
    record(actor=actor, action=MAKE, data={"macro": macro.pk, "deleted": True})
    macro.delete()


def _keep(macro: Macro, actor: Actor, *, fields: Sequence[str]) -> Macro:
    if macro.pk:
        macro.version += 1
    macro.updated_by, macro.updated_at = actor.person, timezone.now()
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError:
        raise ValidationError({"name": "The unit has a macro of that name already."}) from None
    record(actor=actor, action=MAKE, fields=fields, data={"macro": macro.pk})
    return macro


def _check_place(macro: Macro, place: int) -> None:
    if not 0 <= place < len(macro.steps):
        raise Refused("There is no such step.")


def query_of(data: Mapping[str, Sequence[str]]) -> QueryDict:
    """A step's data as a form takes it."""
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, list(values))
    return query


def _shown(form: forms.Form) -> list[tuple[str, str]]:
    """What is filled in, with the words of choices instead of their keys."""
    shown = []
    for bound in form.visible_fields():
        value = bound.value()
        if value in (None, "", [], False):
            continue
        labels = {
            str(key): str(label) for key, label in getattr(bound.field, "choices", ()) if key != ""
        }
        values = value if isinstance(value, list | tuple) else [value]
        words = ["Yes" if each is True else labels.get(str(each), str(each)) for each in values]
        shown.append((str(bound.label), ", ".join(words)))
    return shown


def problems_of(form: forms.Form) -> list[str]:
    """The errors of a form in words, each with its field's label."""
    found = []
    for name, errors in form.errors.items():
        label = "" if name == NON_FIELD_ERRORS else f"{form[name].label}: "
        found += [f"{label}{error}" for error in errors]
    return found
