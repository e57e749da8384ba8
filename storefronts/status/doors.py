"""How applicants perform the acts on their applications."""

from portal.casework.forms import PlainForm
from portal.casework.kinds import ActDoor
from storefronts.status.answers import send_answers
from storefronts.status.endings import withdraw

DOORS = {
    "answer": ActDoor(
        PlainForm,
        send_answers,
        "Outreach and Sales reads your answers, and the review goes on. They cannot be changed"
        " afterwards.",
    ),
    "withdraw": ActDoor(
        PlainForm,
        withdraw,
        "The application is not reviewed any further. You can copy it into a new one later.",
    ),
}
