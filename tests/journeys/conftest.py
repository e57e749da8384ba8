"""A running portal for the browser: the same command a person uses, with its demo world.

A portal that runs already, started with ``DEMO_PASSWORD`` set to ``PASSWORD`` below, is used as it
is when ``JOURNEYS_AT`` holds its address; its people then go on from where they left off. Journeys
that run a command beside it need ``JOURNEYS_STATE`` as well: its state folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "journeys pass through every door"
#: Seconds the portal may take to set up, load the demo world and answer.
START_LIMIT = 420
#: What the browser says of a form the portal sent back to be mended, and of an act refused.
REFUSED = ("status of 422", "status of 409")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OURS = ("DATABASE_URL", "REDIS_URL", "APP_DATABASE_URL", "LIAISON_TESTING", "PYTEST_CURRENT_TEST")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder the portal keeps its database and files in."""
    running = os.environ.get("JOURNEYS_STATE")
    return Path(running) if running else tmp_path_factory.mktemp("journeys")


@pytest.fixture(scope="package")
def portal(state: Path) -> Iterator[str]:
    """The address of a portal started by ``run_portal`` in a state folder of its own."""
    if running := os.environ.get("JOURNEYS_AT"):
        yield running.rstrip("/")
        return
    port = _free_port()
    environment = _environment(state) | {"PORT": str(port), "DEMO_PASSWORD": PASSWORD}
    log = (state / "portal.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_portal"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://localhost:{port}"
    try:
        _wait_until_it_answers(address, process, Path(log.name))
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


@pytest.fixture
def manage(portal: str, state: Path) -> Callable[..., None]:
    """``manage("sweep_timers", "--now", …)``: a command beside the running portal."""

    def run(*words: str) -> None:
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=_environment(state), check=True, timeout=START_LIMIT)

    return run


def _environment(state: Path) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in _OURS}
    return inherited | {
        "LIAISON_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The portal stopped while starting:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{address}/health/live", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"The portal did not answer in {START_LIMIT} s:\n{log.read_text()[-4000:]}")


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, context: BrowserContext, address: str, email: str) -> None:
        self.context, self.address, self.email = context, address, email
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A form that came back with its errors is an answer, not a fault of the page.
        if message.type == "error" and not any(answer in message.text for answer in REFUSED):
            self.complaints.append(message.text)

    def sign_in(self) -> Person:
        self.page.goto(f"{self.address}/accounts/login/")
        self.page.get_by_role("textbox", name="Email").fill(self.email)
        self.page.get_by_role("textbox", name="Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def check_page(self) -> None:
        """No accessibility violation, no console error, no sideways scrolling."""
        self.page.wait_for_load_state()
        result = Axe().run(self.page, options={"runOnly": _RULES})
        found = [
            (rule["id"], rule["nodes"][0]["html"][:120]) for rule in result.response["violations"]
        ]
        assert found == [], f"{self.page.url}: {found}"
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"
        width = self.page.evaluate("document.documentElement.clientWidth")
        needed = self.page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, f"{self.page.url} scrolls sideways: {needed} px on {width} px"


@pytest.fixture
def visitor(browser: Browser, portal: str) -> Iterator[Callable[..., Person]]:
    """``visitor()``: somebody in a fresh browser who has not signed in."""
    contexts: list[BrowserContext] = []

    def _visit(email: str = "", *, width: int = 1280) -> Person:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        return Person(context, portal, email)

    yield _visit
    for context in contexts:
        context.close()


@pytest.fixture
def arrive(visitor: Callable[..., Person]) -> Callable[..., Person]:
    """``arrive("staff@assembly13.example")``: that person, signed in, in a fresh browser."""

    def _arrive(email: str, *, width: int = 1280) -> Person:
        return visitor(email, width=width).sign_in()

    return _arrive
