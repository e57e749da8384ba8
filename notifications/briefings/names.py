"""Names of the room: its module, its actions, its messages."""

from typing import Final

from portal.home.quick_links import MODULE as MODULE

READ: Final = "briefings.read"
WRITE: Final = "briefings.write"
SET_RULES: Final = "briefings.set_rules"
#: What the mailbox calls these; their source is the briefing's key.
ITEM_KIND: Final = "briefing"
#: Messages of the catalogue: an alert, which everybody gets; a briefing, whose mail one can stop;
#: and what its writer sends to themselves.
ALERT_MAIL: Final = "briefing.alert"
NEWS_MAIL: Final = "briefing.news"
TEST_MAIL: Final = "briefing.test"
