"""Tasks of an appeal with their evidence: what implements a decision or an agreement (AP-04)."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError

from escalations.appeals.common import own_file, past_day, screened, text_of, today
from escalations.appeals.models import AppealTask
from portal.casework.common_acts import assignable_people
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, perform
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person


def create_tasks(
    *,
    case: Case,
    cause: str,
    lines: Sequence[str],
    due_on: date,
    side: str = AppealTask.Side.EXCHANGE,
    assigned_to: Person | None = None,
) -> list[AppealTask]:
    """The rows of several tasks, one a line; an act's service calls this in its effect."""
    if too_long := [line for line in lines if len(line) > 300]:
        raise ValidationError(f"Say it shorter: “{too_long[0][:40]}…”.")
    return AppealTask.objects.bulk_create(
        [
            AppealTask(
                exchange_id=case.exchange_id,
                case=case,
                cause=cause,
                side=side,
                what=line,
                due_on=due_on,
                assigned_to=assigned_to,
            )
            for line in lines
        ]
    )


def add_task(
    *,
    case: Case,
    actor: Actor,
    what: str,
    due_on: date,
    side: str = AppealTask.Side.EXCHANGE,
    assigned_to: Person | None = None,
    expected_version: int | None = None,
) -> Case:
    """Add a task of the decision, or of the agreement while the appeal is resolved informally.

    Raises:
        ValidationError: the day has passed, or the person does not work in the case's unit.
    """
    what = text_of("what", what, "what has to be done")
    if due_on < today(actor.exchange):
        raise ValidationError({"due_on": "Choose a day that is still to come."})

    def effect(case: Case) -> Change:
        if (
            assigned_to is not None
            and not assignable_people(case.queue).filter(pk=assigned_to.pk).exists()
        ):
            raise ValidationError({"assigned_to": "Choose somebody who works in the case's unit."})
        resolved = case.status == "informally_resolved"
        cause = AppealTask.Cause.AGREEMENT if resolved else AppealTask.Cause.DECISION
        rows = create_tasks(
            case=case,
            cause=cause,
            lines=[what],
            due_on=due_on,
            side=side,
            assigned_to=assigned_to,
        )
        return Change(event_data={"task": rows[0].pk}, fields=["tasks"])

    return perform(
        case=case, act_key="add_task", actor=actor, expected_version=expected_version, effect=effect
    )


def finish_task(
    *,
    case: Case,
    actor: Actor,
    task: AppealTask,
    done_on: date,
    evidence: str = "",
    attachment: Attachment | None = None,
    expected_version: int | None = None,
) -> Case:
    """Record a task as done, with what shows it.

    Raises:
        Refused: it is done already.
        SsnRefused: the evidence holds a Social Security number.
        ValidationError: neither text nor file shows it, or the day lies in the future.
    """
    evidence = screened("the evidence", evidence)
    past_day("done_on", done_on, actor.exchange)
    if not evidence and attachment is None:
        raise ValidationError(
            {"evidence": "Say what shows that it is done, or choose a file of the case."}
        )

    def effect(case: Case) -> Change:
        row = AppealTask.objects.select_for_update().filter(case=case, pk=task.pk).first()
        if row is None:
            raise ValidationError({"task": "Choose a task of this case."})
        if row.done_on is not None:
            raise Refused("This task is done already.")
        row.done_on, row.done_by = done_on, actor.person
        row.evidence, row.attachment = evidence, own_file(case, attachment)
        row.save()
        return Change(event_data={"task": row.pk}, fields=["tasks"])

    return perform(
        case=case,
        act_key="finish_task",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def open_tasks(case: Case, cause: str) -> list[str]:
    """What has still to be done for a cause, in order of its days."""
    rows = AppealTask.objects.filter(case=case, cause=cause, done_on=None)
    return list(rows.values_list("what", flat=True))
