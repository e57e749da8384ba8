"""The kinds of things a mailbox holds; each room registers its own in ``AppConfig.ready``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemKind:
    """One kind of entry."""

    key: str
    #: What the mailbox calls it, e.g. “Daily summary”.
    label: str
    #: Its folder, e.g. “Daily summaries”; kinds that share it lie together. Empty: Inbox alone.
    plural: str
    #: Named address that shows the source; takes its key as the one argument.
    url_name: str
    #: The room deletes its own items, by days of its own.
    forgets_itself: bool = False


_kinds: dict[str, ItemKind] = {}


def register(kind: ItemKind) -> None:
    """Make a kind known.

    Raises:
        ValueError: another kind has the key.
    """
    if _kinds.setdefault(kind.key, kind) != kind:
        raise ValueError(f"The kind {kind.key} is registered twice")


def get(key: str) -> ItemKind:
    """The kind with this key.

    Raises:
        KeyError: there is none.
    """
    return _kinds[key]


def all_kinds() -> list[ItemKind]:
    """Every kind, by its label."""
    return sorted(_kinds.values(), key=lambda kind: kind.label)
