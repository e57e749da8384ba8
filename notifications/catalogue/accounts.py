"""Messages to the holder of an account."""

from notifications.catalogue.base import COMMON, MAIL, Circle, MessageKind

MESSAGES = (
    MessageKind(
        key="invitation",
        label="Invitation to work in the portal",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: you are invited to the case portal",
        body="You are invited to work in the case portal of {exchange}.\n\nAccept the invitation"
        " here; the link works once, for seven days:\n{link}\n\nIf you did not expect this,"
        " ignore this message. Questions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="AC-2",
    ),
    MessageKind(
        key="account.password_reset",
        label="Link to choose a new password",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: choose a new password",
        body="Somebody, probably you, asked to choose a new password for the case portal."
        "\n\nChoose one here:\n{link}\n\nIf it was not you, ignore this message; your password"
        " stays as it is. Questions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="ASVS 6.4.3",
    ),
    MessageKind(
        key="account.changed",
        label="Sign-in or password changed",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: your sign-in has changed",
        body="The password or the second factor of your account in the case portal has been"
        " changed.\n\nIf it was you, there is nothing to do. If it was not, sign out everywhere"
        " and choose a new password at once:\n{link}\n\nThen tell {contact}.",
        variables=COMMON,
        required=frozenset(),
        source="ASVS 6.3.7",
    ),
)
