"""People in browsers: clients that are signed in, or about to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from tests.world import World

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Rate limits and sessions are kept in the cache: one test's are not the next one's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """Sign somebody of a world in, without the form."""

    def signed_in(key: str, *, of: World = world) -> Client:
        client = Client()
        client.force_login(of.people[key], "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
