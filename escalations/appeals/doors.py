"""How people perform an appeal's acts."""

from functools import partial

from escalations.appeals import (
    decisions,
    endings,
    expedited,
    forms,
    hearings,
    intake,
    resolution,
    steps,
    tasks,
)
from escalations.appeals.packets import PACKET_DOORS
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor

DOORS = {
    **{key: ActDoor(forms.DatedForm, steps.service_of(key)) for key in steps.STEPS},
    "record_valid": ActDoor(forms.ValidForm, intake.record_valid),
    "record_invalid": ActDoor(forms.InvalidForm, intake.record_invalid),
    "record_cure": ActDoor(forms.CureForm, intake.record_cure),
    "edit": ActDoor(forms.EditAppealForm, intake.edit_appeal),
    "ask_expedited": ActDoor(forms.AskExpeditedForm, expedited.ask_expedited),
    "grant_expedited": ActDoor(forms.RemarkForm, partial(expedited.decide_expedited, granted=True)),
    "deny_expedited": ActDoor(forms.RemarkForm, partial(expedited.decide_expedited, granted=False)),
    "record_continued": ActDoor(forms.ContinuedForm, expedited.record_continued),
    "begin_informal": ActDoor(PlainForm, resolution.begin_informal),
    "resolve_informally": ActDoor(
        forms.ResolveForm,
        resolution.resolve_informally,
        "The right to a hearing is kept: an appellant may withdraw, and never has to.",
    ),
    "object_to_withdrawal": ActDoor(forms.ObjectForm, resolution.object_to_withdrawal),
    "add_task": ActDoor(forms.AddTaskForm, tasks.add_task),
    "finish_task": ActDoor(forms.FinishTaskForm, tasks.finish_task),
    "schedule_hearing": ActDoor(forms.ScheduleForm, hearings.schedule_hearing),
    "postpone_hearing": ActDoor(ReasonForm, hearings.postpone_hearing),
    "begin_sop": ActDoor(PlainForm, hearings.begin_sop),
    "deliver": ActDoor(
        forms.DeliverForm,
        hearings.deliver,
        "One delivery at a time: to the appellant, and to CDSS.",
    ),
    "hold_hearing": ActDoor(forms.HoldForm, hearings.hold_hearing),
    "issue_decision": ActDoor(forms.DecisionForm, decisions.issue_decision),
    "begin_implementation": ActDoor(forms.ToDoForm, decisions.begin_implementation),
    "close": ActDoor(forms.RemarkForm, decisions.close_appeal),
    "transfer_dmhc": ActDoor(forms.TransferOutForm, endings.transfer_to_dmhc),
    "take_back": ActDoor(ReasonForm, partial(endings.reopen, act_key="take_back")),
    "dismiss": ActDoor(forms.DismissForm, endings.dismiss),
    "ask_vacate": ActDoor(forms.VacateForm, endings.ask_vacate),
    "grant_vacate": ActDoor(forms.RemarkForm, endings.grant_vacate),
    "second_level": ActDoor(forms.SecondLevelForm, decisions.appeal_to_second_level),
    "second_level_upheld": ActDoor(forms.UpheldForm, decisions.uphold_at_second_level),
    "second_level_changed": ActDoor(forms.ChangedForm, decisions.change_at_second_level),
    "reopen": ActDoor(ReasonForm, partial(endings.reopen, act_key="reopen")),
    "resume_implementation": ActDoor(
        ReasonForm, partial(endings.reopen, act_key="resume_implementation")
    ),
    **PACKET_DOORS,
    **COMMON_DOORS,
}
