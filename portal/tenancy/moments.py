"""Reading an instant from a command line: the ``--now`` of commands that depend on the day."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime


def add_now(parser: ArgumentParser) -> None:
    """Declare ``--now``; without it the option is None and the command takes the clock's word."""
    parser.add_argument(
        "--now", type=instant, help="ISO 8601 with offset; default: the present moment"
    )


def instant(text: str) -> datetime:
    """An instant, in UTC.

    Raises:
        ArgumentTypeError: it is no instant, or has no offset and could mean any zone's.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no instant in ISO 8601.") from None
    if moment.tzinfo is None:
        raise ArgumentTypeError("The instant needs an offset, as in 2026-01-31T08:00:00-08:00.")
    return moment.astimezone(UTC)
