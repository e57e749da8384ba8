"""Every address the portal answers, with what it asks of whoever opens it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One URL pattern. ``auth`` is public, actor, account, admin or api."""

    path: str
    name: str
    view: str
    methods: tuple[str, ...]
    auth: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def routes() -> list[Route]:
    """All routes, in the order in which they are tried."""
    return list(_walk(get_resolver(), "/", []))


def _walk(resolver: URLResolver, prefix: str, namespaces: list[str]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = [*namespaces, pattern.namespace] if pattern.namespace else namespaces
            yield from _walk(pattern, path, inner)
        else:
            yield _route(pattern, path, namespaces)


def _route(pattern: URLPattern, path: str, namespaces: list[str]) -> Route:
    view = pattern.callback
    shown = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    name = ":".join([*namespaces, pattern.name]) if pattern.name else ""
    return Route(
        path=path,
        name=name,
        view=f"{shown.__module__}.{getattr(shown, '__qualname__', type(shown).__name__)}",
        methods=_methods(view),
        auth=_auth(view, namespaces),
    )


def _methods(view: Callable[..., Any]) -> tuple[str, ...]:
    """The methods a class-based view handles; empty where a function decides for itself."""
    actions = getattr(view, "actions", None)
    if actions:
        return tuple(sorted(method.upper() for method in actions))
    cls = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if cls is None:
        return ()
    allowed = [name for name in cls.http_method_names if name in _METHODS]
    return tuple(method.upper() for method in allowed if hasattr(cls, method))


def _auth(view: Callable[..., Any], namespaces: list[str]) -> str:
    if "admin" in namespaces:
        # The site checks every view it wraps; its way to the sign-in page is not one of them.
        return "admin" if getattr(view, "login_required", True) else "public"
    if hasattr(view, "cls"):
        return "api"
    if not getattr(view, "login_required", True):
        return "public"
    return "account" if view.__module__.startswith("allauth.") else "actor"
