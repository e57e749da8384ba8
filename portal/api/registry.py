"""How a wing brings its part of the API: the portal below never imports it.

A wing names its module in ``AppConfig.ready``; the module's ``urlpatterns`` are loaded when the
first request comes, after every app is ready.
"""

from collections.abc import Iterator
from importlib import import_module

from django.urls import URLPattern, URLResolver

_modules: list[str] = []


def register(module: str) -> None:
    """Add the ``urlpatterns`` of a module, e.g. ``escalations.releases.api``, to ``/api/v1/``.

    Raises:
        ValueError: the module is registered already.
    """
    if module in _modules:
        raise ValueError(f"{module} is registered twice")
    _modules.append(module)


def urlpatterns() -> Iterator[URLPattern | URLResolver]:
    """The patterns of every registered module, in order of registration."""
    for module in _modules:
        yield from import_module(module).urlpatterns
