"""Error Messaging (BN-02): what somebody set going and what failed afterwards, behind their back.

A file of a feed that a worker refused, a mail that the reader's server did not take, and a
consumer's text that could not be delivered. Operators hear of mail and texts too; whoever needed
them to arrive is somebody else.
"""

from typing import Any, Final

from notifications.models import MailMessage
from notifications.recipients import author_of
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.consumers.models import FeedRun
from portal.delegations.models import ToolSearch

FEED: Final = "error.feed"
MAIL: Final = "error.mail"
TEXT: Final = "error.text"


def on_feed_refused(*, run: FeedRun, **_: Any) -> None:
    """Tell whoever uploaded the file, in the transaction in which it is refused."""
    if run.started_by_id:
        _tell(run.exchange_id, run.started_by_id, FEED, run.pk, data={"feed_run": run.pk})


def tell_sender(mail: MailMessage) -> None:
    """Tell whoever caused a mail or text that it was refused; the exchange must be set."""
    message = mail.message
    if message is None:
        return
    if mail.medium == MailMessage.Medium.TEXT:
        search = ToolSearch.objects.filter(pk=message.data.get("tool_search")).first()
        if search:
            data = {"search": search.key}
            _tell(mail.exchange_id, search.person_id, TEXT, mail.pk, data=data)
    elif author := author_of(message):
        _tell(mail.exchange_id, author, MAIL, mail.pk, case_id=message.case_id)


def _tell(
    exchange_id: int,
    person_id: int,
    key: str,
    source: int,
    *,
    data: dict[str, Any] | None = None,
    case_id: int | None = None,
) -> None:
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=exchange_id,
                key=key,
                case_id=case_id,
                recipient_id=person_id,
                data=data or {},
                dedupe_key=f"{key}:{source}",
            )
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()
