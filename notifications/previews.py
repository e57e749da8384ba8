"""How a message reads on each channel it goes by, with an invented case."""

from dataclasses import dataclass

from notifications.catalogue import Channel, MessageKind
from notifications.texts import without_footer
from notifications.wording import Wording, fill, sample_values
from portal.tenancy.models import Exchange

_LABELS = {Channel.BELL: "Bell", Channel.MAIL: "Mail", Channel.TEXT: "Text message"}


@dataclass(frozen=True)
class Preview:
    """One message on one channel."""

    channel: str
    #: Of a mail; empty elsewhere.
    subject: str
    body: str
    #: Characters, of which a text message over 160 costs more than one.
    length: int


def previews_of(kind: MessageKind, wording: Wording, *, exchange: Exchange) -> list[Preview]:
    """The message on every channel it goes by: a bell has one line, a text no subject or footer.

    Args:
        wording: with variables; those of the catalogue, the exchange's own or just typed.
    """
    filled = fill(kind, wording, sample_values(kind, exchange=exchange))
    words = {
        Channel.BELL: Wording("", filled.subject),
        Channel.MAIL: filled,
        Channel.TEXT: Wording("", without_footer(filled).body),
    }
    return [
        Preview(_LABELS[channel], shown.subject, shown.body, len(shown.body))
        for channel, shown in words.items()
        if channel in kind.channels
    ]
