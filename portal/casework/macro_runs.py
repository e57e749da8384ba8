"""Running a macro: shown first, then done on all cases together or on none.

A macro opens no door of its own. Each step is the act's own form and service for the case it is
done to, performed as whoever runs it, so it can do nothing that person could not do by hand, and
each step leaves the row of history it would leave by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.casework import kinds, texts
from portal.casework.machine import Refused
from portal.casework.macros import acts_for, fits_many, missing_actions, problems_of, query_of
from portal.casework.models import Case, Macro
from portal.casework.selectors import case_for
from portal.casework.services import check_allowed
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed

#: Cases of one run.
MOST_CASES: Final = 50

#: Told after each case: how many are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What one step would do to one case."""

    label: str
    #: None: a step before it is not possible.
    possible: bool | None
    reason: str = ""
    from_status: str = ""
    to_status: str = ""


@dataclass(frozen=True)
class CasePreview:
    """What a macro would do to one case; ``version`` is that of the case as it was looked at."""

    number: str
    version: int
    outcomes: Sequence[Outcome]

    @property
    def possible(self) -> bool:
        """Whether every step could be done."""
        return all(outcome.possible for outcome in self.outcomes)


class _Undone(Exception):
    """Takes back what a preview tried out."""


def preview_macro(*, actor: Actor, macro: Macro, numbers: Sequence[str]) -> list[CasePreview]:
    """What the macro would do to each case, by trying it out and taking everything back.

    So the answer is the table's, the guards' and the services' own, also for a step that only
    the step before it makes possible.

    Raises:
        ValidationError: a number is none of the actor's cases, or there are too many.
        NotAllowed: the actor's role does not have one of the steps.
    """
    _require_steps(macro, actor)
    found: list[CasePreview] = []
    try:
        with transaction.atomic():
            for number in _wanted(actor, numbers):
                found.append(_try(actor, macro, number))
            raise _Undone
    except _Undone:
        return found


def _try(actor: Actor, macro: Macro, number: str) -> CasePreview:
    version = case_for(actor, number).version
    outcomes: list[Outcome] = []
    acts = acts_for(macro.kind, actor)
    for step in macro.steps:
        label = acts[step["act"]][0].label if step["act"] in acts else step["act"]
        if outcomes and not outcomes[-1].possible:
            outcomes.append(Outcome(label, None, "Not reached."))
            continue
        try:
            with transaction.atomic():
                before, after = _perform(actor, step, number)
        except (Refused, ValidationError) as error:
            outcomes.append(Outcome(label, False, _reason(error)))
        else:
            outcomes.append(Outcome(label, True, "", before, after if after != before else ""))
    return CasePreview(number, version, outcomes)


@transaction.atomic
def run_macro(
    *,
    actor: Actor,
    macro: Macro,
    numbers: Sequence[str],
    seen: Mapping[str, int] | None = None,
    macro_version: int | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Perform every step on every case in one transaction; returns the numbers.

    Args:
        seen: the version of each case in the preview; a case that has changed since stops it.
        macro_version: the version of the macro in the preview.

    Raises:
        NotAllowed: the actor's role does not have one of the steps.
        ValidationError: a case refuses a step (named with its reason), or something changed since
            the preview. Nothing was changed.
    """
    _require_steps(macro, actor)
    if macro_version is not None and macro_version != macro.version:
        raise ValidationError("The macro was changed since the preview. Look at it again.")
    wanted = _wanted(actor, numbers)
    acts = acts_for(macro.kind, actor)
    ids = []
    for done, number in enumerate(wanted, start=1):
        case = case_for(actor, number)
        if seen is not None and seen.get(number) != case.version:
            raise ValidationError(f"{number} has changed since the preview. Look at it again.")
        for step in macro.steps:
            try:
                _perform(actor, step, number)
            except (Refused, ValidationError) as error:
                label = acts[step["act"]][0].label if step["act"] in acts else step["act"]
                raise ValidationError(
                    f"{number}, “{label}”: {_reason(error)} Nothing was changed."
                ) from error
        ids.append(case.pk)
        if progress:
            progress(done, len(wanted))
    record(
        actor=actor,
        action="casework.macro_run",
        cases=ids,
        data={"macro": macro.pk, "version": macro.version},
    )
    return wanted


def _perform(actor: Actor, step: Mapping[str, Any], number: str) -> tuple[str, str]:
    """Do one step; the labels of the status before and after it."""
    try:
        case = case_for(actor, number)  # anew: the step before has changed it
    except Case.DoesNotExist:
        raise Refused("After the step before, you do not see this case any more.") from None
    kind = kinds.get(case.kind)
    door = kind.doors.get(step["act"])
    if door is None or not fits_many(door.form):
        raise Refused("This kind of case has no such action.")
    check_allowed(kind.machine.act(step["act"]), case, actor)
    filled = {
        name: [texts.fill(value, case=case, actor=actor) for value in values]
        for name, values in step["data"].items()
    }
    form = door.form(query_of(filled), case=case, actor=actor)
    if not form.is_valid():
        raise ValidationError(problems_of(form))
    before = kind.machine.statuses[case.status].label
    door.service(case=case, actor=actor, **form.cleaned_data)
    status = Case.objects.values_list("status", flat=True).get(pk=case.pk)
    return before, kind.machine.statuses[status].label


def _require_steps(macro: Macro, actor: Actor) -> None:
    if actor.is_outside:
        raise NotAllowed("casework.workbench")
    if missing := missing_actions(macro, actor):
        raise NotAllowed(missing[0], "Your role does not include every step of this macro.")
    if not macro.steps or not macro.is_active:
        raise ValidationError("This macro is not in use.")


def _wanted(actor: Actor, numbers: Sequence[str]) -> list[str]:
    """The numbers, each once and in one order for everybody, so that two runs cannot lock up."""
    wanted = sorted(set(numbers))
    if not wanted:
        raise ValidationError("Choose at least one case first.")
    if len(wanted) > MOST_CASES:
        raise ValidationError(f"A macro runs on at most {MOST_CASES} cases at once.")
    found = set(
        Case.objects.visible_to(actor)
        .filter(number__in=wanted)
        .order_by()
        .values_list("number", flat=True)
    )
    if missing := [number for number in wanted if number not in found]:
        raise ValidationError(f"Not found: {', '.join(missing)}. Nothing was changed.")
    return wanted


def _reason(error: Refused | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
