"""Lines that tell the person at the terminal how far the portal has come."""

from __future__ import annotations

import time

_STARTED = time.monotonic()


def say(message: str) -> None:
    """Print one line with the seconds since the program started."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {message}", flush=True)  # noqa: T201 - the terminal is the point


def quiet(_message: str) -> None:
    """Say nothing: for commands whose output is their own."""
