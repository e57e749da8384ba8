"""The transition table of an appeal (C.8; AP-01…AP-09, decision 4).

Where C.8 is inference, this differs in three places (docs/decisions/0012): a hearing is a fact
that status follows, so that scheduling and the statement of position can run in parallel; a
withdrawal is possible until the hearing (10 CCR 6610); and the second level is open from a case
that was closed meanwhile, since the appellant's time runs on.
"""

from escalations.appeals.packets import packet_acts
from escalations.appeals.table.ending import ENDING_ACTS
from escalations.appeals.table.hearing import HEARING_ACTS
from escalations.appeals.table.intake import FLAG_ACTS, INTAKE_ACTS
from escalations.appeals.table.resolution import RESOLUTION_ACTS
from escalations.letters.acts import LETTER_ACTS
from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Coarse, Status, machine

_PROGRESS = Coarse.IN_PROGRESS

MACHINE = machine(
    "appeal",
    initial="received",
    statuses=(
        Status("received", "Received", Coarse.RECEIVED),
        Status("invalid", "Invalid, to be cured", _PROGRESS, is_waiting=True, party="consumer"),
        Status("valid", "Valid", _PROGRESS),
        Status("informal_resolution", "Informal resolution", _PROGRESS),
        Status("informally_resolved", "Informally resolved", _PROGRESS),
        Status("statement_of_position", "Statement of position", _PROGRESS),
        Status(
            "sop_delivered",
            "Statement of position delivered",
            _PROGRESS,
            is_waiting=True,
            party="appeals_entity",
        ),
        Status(
            "hearing_scheduled",
            "Hearing scheduled",
            _PROGRESS,
            is_waiting=True,
            party="appeals_entity",
        ),
        Status("postponed", "Postponed", _PROGRESS, is_waiting=True, party="appeals_entity"),
        Status("heard", "Heard", _PROGRESS, is_waiting=True, party="appeals_entity"),
        Status("decision_issued", "Decision issued", _PROGRESS),
        Status("implementation", "Implementation", _PROGRESS),
        Status("second_level", "Second level (CMS/HHS)", _PROGRESS, is_waiting=True, party="legal"),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("dismissed", "Dismissed", Coarse.RESOLVED, is_open=False),
        Status("transferred", "Transferred to DMHC", Coarse.REFERRED, is_open=False),
    ),
    acts=(
        *INTAKE_ACTS,
        # Pages offer acts in this order, so the step that comes next stands first.
        *HEARING_ACTS,
        *RESOLUTION_ACTS,
        *ENDING_ACTS,
        *FLAG_ACTS,
        *packet_acts("appeals.work"),
        *COMMON_ACTS,
        *LETTER_ACTS,
    ),
)
