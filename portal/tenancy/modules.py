"""The kinds of case an exchange can work. The spine lies above and tells this room of each."""

from collections.abc import Mapping

_modules: dict[str, str] = {}


def register(key: str, label: str) -> None:
    """Make a kind of case known as something an exchange can switch on."""
    _modules[key] = label


def all_modules() -> Mapping[str, str]:
    """Every kind by key, with what people call its cases."""
    return dict(_modules)
