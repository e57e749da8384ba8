from __future__ import annotations

import pytest

from notifications.inbound.models import Mailbox
from tests.notifications.inbound import ground
from tests.world import World


@pytest.fixture
def mailbox(world: World) -> Mailbox:
    """The mailbox of External Affairs."""
    return ground.mailbox_of(world)
