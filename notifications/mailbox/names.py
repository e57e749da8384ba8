"""Keys the room goes by elsewhere: its module, its actions, and the kind of its own items."""

from typing import Final

#: The module of exchanges that have this mailbox: those with an enroller portal.
MODULE: Final = "enroller_portal"
#: Reading and writing in one's own mailbox.
USE: Final = "mailbox.use"
#: Reading and answering what is written to one's team.
ANSWER: Final = "mailbox.answer"
CONFIGURE: Final = "mailbox.configure"
HOLD: Final = "mailbox.hold"
#: The kind of items that stand for a conversation; their source is its key.
CONVERSATION: Final = "message"
