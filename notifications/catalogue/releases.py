"""Messages on release forms (EA-19…EA-23)."""

from notifications import recipients as to
from notifications.catalogue.base import (
    BOTH,
    COMMON,
    MAIL,
    Circle,
    MessageKind,
    to_office,
    to_staff,
)

MESSAGES = (
    to_office(
        "release.valid",
        "Release form accepted",
        "Case {number}: the release form is in force",
        "The release form for case {number} has been accepted. Those it names can now sign in and"
        " see the details of the case, until the release ends.",
        source="EA-19, EA-22",
    ),
    to_office(
        "release.deficient",
        "Release form deficient",
        "Case {number}: the release form needs correction",
        "The release form for case {number} cannot be accepted as it is. Sign in to see what is"
        " missing and to send a corrected form.",
        source="EA-22, EA-23",
    ),
    to_office(
        "release.revoked",
        "Release form revoked",
        "Case {number}: the release form is no longer in force",
        "The release form for case {number} has been revoked. From now on we can tell you only"
        " whether the case is received, in progress, referred or resolved.",
        source="EA-19",
    ),
    to_office(
        "release.expiring",
        "Release form ends soon",
        "Case {number}: the release form ends in three days",
        "The release form for case {number} ends in three days. To go on seeing the details of the"
        " case, send in a new form signed by the constituent.",
        source="EA-22",
    ),
    to_staff(
        "release.received",
        "A release form to check",
        "Case {number}: a release form to check",
        "A release form came in for case {number} and has to be checked.",
        to.owner_or_queue,
        source="EA-21, EA-22",
    ),
    to_staff(
        "release.declined",
        "The constituent declined to sign",
        "Case {number}: the constituent declined the release form",
        "The constituent of case {number} read the release form online and declined to sign it.",
        to.owner_or_queue,
        source="EA-19",
    ),
    to_staff(
        "release.link_locked",
        "A link to sign was locked",
        "Case {number}: the link to sign the release form was locked",
        "The passcode for case {number} was entered wrongly five times. The link no longer works;"
        " send a new one if the constituent still wants to sign.",
        to.owner_or_queue,
        source="ASVS 6.6.3",
    ),
    to_staff(
        "release.override_asked",
        "A release waits for a second person",
        "Case {number}: a release form waits for a second person",
        "A colleague asks that the release form for case {number} count although its check is"
        " incomplete. Somebody else has to confirm this.",
        to.second_persons,
        channels=BOTH,
        source="EA-22",
    ),
    MessageKind(
        key="release.link",
        label="Link to sign a release online",
        circle=Circle.CONSTITUENT,
        channels=MAIL,
        subject="{exchange}: a form for you to read and sign",
        body="An office you turned to for help has asked {exchange} about your matter. We may"
        " share information with that office only if you agree.\n\nRead the form, and sign it or"
        " decline, here:\n{link}\n\nThe page asks for a passcode, which comes in a message of its"
        " own. If you did not expect this, do nothing: nothing is shared unless you sign."
        "\n\nQuestions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="EA-19",
    ),
    MessageKind(
        key="release.passcode",
        label="Passcode to sign a release online",
        circle=Circle.CONSTITUENT,
        channels=MAIL,
        subject="{exchange}: your passcode",
        body="Your passcode is {passcode}. It works once, for ten minutes.\n\nNobody from"
        " {exchange} will ever ask you for it. If you did not ask for a passcode, ignore this"
        " message.\n\nQuestions: {contact}",
        variables=frozenset({"exchange", "contact", "passcode"}),
        required=frozenset({"passcode"}),
        is_secret=True,
        source="ASVS 6.6.2",
    ),
)
