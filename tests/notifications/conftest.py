from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notifications.ground import Sink, smtp_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server of this test's own, which accepts everything until told otherwise."""
    with smtp_sink() as found:
        yield found
