"""How Outreach and Sales perform the acts of a storefront application."""

from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm
from portal.casework.kinds import ActDoor
from storefronts.review import forms, services

#: An application stays with the unit that decides about it, and its files come from the applicant.
_NOT_HERE = ("transfer", "attach")

DOORS = {
    **{key: door for key, door in COMMON_DOORS.items() if key not in _NOT_HERE},
    "request_information": ActDoor(
        forms.RequestInformationForm,
        services.request_information,
        "The applicant answers each item in the portal, and sends all answers together. Your"
        " promise of a decision pauses meanwhile.",
    ),
    "approve": ActDoor(
        PlainForm,
        services.approve,
        "The storefront is shown in Find a Local Enroller at once, and the applicant is told.",
    ),
    "reject": ActDoor(
        forms.RejectForm,
        services.reject,
        "The applicant is told, and can copy the application into a new one.",
    ),
    "reopen": ActDoor(
        forms.ReopenForm,
        services.reopen,
        "Somebody other than whoever decided the first time takes the second look. The checklist"
        " begins anew.",
    ),
}
