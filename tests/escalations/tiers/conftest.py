from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.escalations.tiers.ground import build_calchoice
from tests.world import NOW, World


@pytest.fixture
def calchoice(db: None) -> Iterator[World]:
    """CalChoice with its tiers; its clock stands at ``NOW``, a Wednesday at 10:20."""
    with time_machine.travel(NOW, tick=False):
        yield build_calchoice()
