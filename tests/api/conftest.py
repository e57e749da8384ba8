"""Programs that call the API: a client for each of the world's people, with a token of theirs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from portal.tenancy.models import ApiToken
from portal.tenancy.services import create_api_token
from tests.world import World

API = "/api/v1"


@dataclass
class Api:
    """One token's view of the API; paths are below ``/api/v1/``."""

    secret: str
    token: ApiToken | None = None

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"{API}/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        """POST JSON; a key is drawn unless one is given, ``""`` sends none."""
        return Client().post(
            f"{API}/{path}",
            body if isinstance(body, str | bytes) else json.dumps({} if body is None else body),
            content_type=headers.pop("content_type", "application/json"),
            headers=self._headers(key) | headers,
        )

    def upload(self, path: str, data: dict[str, Any], *, key: str | None = None) -> Any:
        return Client().post(f"{API}/{path}", data, headers=self._headers(key))

    def _headers(self, key: str | None = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if key != "":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return headers


Caller = Callable[..., Api]


@pytest.fixture
def call(world: World) -> Caller:
    """``call("ea.analyst")`` is a client with a fresh token of that person."""
    cache.clear()

    def make(who: str, *, of: World | None = None, read_only: bool = False) -> Api:
        there = of or world
        there.enter()
        token, secret = create_api_token(
            actor=there.actor(who),
            membership=there.memberships[who],
            name="test",
            read_only=read_only,
        )
        return Api(secret, token)

    return make
