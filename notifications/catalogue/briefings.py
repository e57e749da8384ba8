"""Mail of enroller alerts and briefings (AL-01, AL-04).

The words are those two people of Outreach and Sales wrote and approved; whether the text itself
goes by mail they decide for each, and a text with a number of a consumer is refused.
"""

from notifications.catalogue.base import COMMON, MAIL, Circle, MessageKind


def _briefing(key: str, label: str, circle: Circle = Circle.ENROLLER) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=circle,
        channels=MAIL,
        subject="{subject}",
        body="{text}\n\nRead it in the portal:\n{link}\n\nIssues? Reach out to: {contact}",
        variables=COMMON | {"subject", "text"},
        in_subject=frozenset({"subject"}),
        required=frozenset({"subject", "text", "link"}),
        page="briefings:index",
        source="AL-01, AL-04",
    )


MESSAGES = (
    _briefing("briefing.alert", "Enroller alert"),
    _briefing("briefing.news", "Enroller briefing"),
    _briefing("briefing.test", "Enroller briefing, as a test to its writer", Circle.STAFF),
)
