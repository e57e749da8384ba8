"""Where uploaded feed files wait for a worker: a private folder, each file deleted once read."""

import os
import uuid
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile


def keep(file: UploadedFile) -> str:
    """Store an uploaded file under a name of its own; returns the name."""
    folder = Path(settings.FEED_INBOX_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(uuid.uuid4())
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return name


def path_of(name: str) -> Path:
    """The file with this name; it may be gone."""
    return Path(settings.FEED_INBOX_DIR) / str(uuid.UUID(name))


def forget(name: str) -> None:
    """Delete a file that is no longer needed."""
    path_of(name).unlink(missing_ok=True)


def forget_older(than: datetime, *, but: Collection[str]) -> int:
    """Delete the files kept before an instant (UTC) that are not named in ``but``; how many.

    A process killed between storing a file and writing its run leaves one that no run names.
    """
    try:
        names = os.listdir(settings.FEED_INBOX_DIR)
    except FileNotFoundError:
        return 0
    deleted = 0
    for name in set(names) - set(but):
        path = Path(settings.FEED_INBOX_DIR) / name
        if path.stat().st_mtime < than.timestamp():
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
