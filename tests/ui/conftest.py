"""The components' own site, for requests in process and for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, override_settings
from django.urls import clear_url_caches

MIDDLEWARE = [
    "portal.ui.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.ui.middleware.PrivatePagesMiddleware",
]


@pytest.fixture
def ui_site() -> Iterator[None]:
    """Answer with the components' site, without any middleware that reads the database."""
    with override_settings(ROOT_URLCONF="tests.ui.site", MIDDLEWARE=MIDDLEWARE, DEMO=True):
        clear_url_caches()
        yield
    clear_url_caches()


@pytest.fixture
def ui_client(ui_site: None) -> Client:
    """A client of that site that gets error pages, as a browser does."""
    return Client(raise_request_exception=False)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep the requests out of the test report."""


@pytest.fixture
def ui_url(ui_site: None) -> Iterator[str]:
    """The address of that site on a real port."""
    handler = StaticFilesHandler(WSGIHandler())
    server = make_server("127.0.0.1", 0, handler, _Server, _SilentHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
