"""Where this room's acts are recorded: the ledger lies above and installs itself at start-up."""

from collections.abc import Callable
from typing import Any

_recorder: Callable[..., Any] | None = None


def install(recorder: Callable[..., Any]) -> None:
    """Called once, by the ledger's ``AppConfig.ready``."""
    global _recorder
    _recorder = recorder


def record(**entry: Any) -> None:
    """Record one act, as :func:`portal.ledger.services.record` describes.

    Raises:
        RuntimeError: no ledger is installed; nothing may happen off the record.
    """
    if _recorder is None:
        raise RuntimeError("No ledger is installed.")
    _recorder(**entry)
