"""What the system does by itself when a clock runs out or reaches its target.

Most clocks are promises: passing the deadline is a breach. A few are appointments (close a
resolved case after five business days, remind an office): their time brings an act, and nobody
has failed. A wing registers the handler in its ``AppConfig.ready``; the sweep calls it.
"""

from collections.abc import Callable
from typing import Any

#: ``handler(case=…, actor=…, at=…)`` performs the act as the system; ``at`` is now, in UTC.
Handler = Callable[..., Any]

_on_breach: dict[str, Handler] = {}
_on_warning: dict[str, Handler] = {}


def on_breach(policy_key: str, handler: Handler) -> None:
    """Perform an act when a clock of this policy runs out, instead of raising a breach.

    Raises:
        ValueError: the policy already has one.
    """
    _add(_on_breach, policy_key, handler)


def on_warning(policy_key: str, handler: Handler) -> None:
    """Perform an act when a clock of this policy reaches its target, instead of warning.

    Raises:
        ValueError: the policy already has one.
    """
    _add(_on_warning, policy_key, handler)


def breach_handlers() -> dict[str, Handler]:
    """Policy key → handler, for clocks that have run out."""
    return dict(_on_breach)


def warning_handlers() -> dict[str, Handler]:
    """Policy key → handler, for clocks at their target."""
    return dict(_on_warning)


def is_appointment(policy_key: str) -> bool:
    """Whether the policy's deadline brings an act and so cannot be breached."""
    return policy_key in _on_breach


def _add(handlers: dict[str, Handler], policy_key: str, handler: Handler) -> None:
    if handlers.setdefault(policy_key, handler) is not handler:
        raise ValueError(f"{policy_key} already has a timed act")
