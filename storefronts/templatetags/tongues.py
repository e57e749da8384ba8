"""Links between the languages of the finder's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from storefronts import tongues

register = template.Library()


@register.simple_tag(takes_context=True)
def find_url(context: dict[str, Any], name: str, **kwargs: Any) -> str:
    """Path of another page of the same exchange's finder, in the language of this page."""
    request: HttpRequest = context["request"]
    assert request.resolver_match is not None
    kwargs.setdefault("slug", request.resolver_match.kwargs["slug"])
    return tongues.address(name, **kwargs)


@register.simple_tag
def spoken_language() -> str:
    """Code of the page's language, for the attribute ``lang``."""
    return tongues.current()


@register.inclusion_tag("storefronts/tongues/links.html", takes_context=True)
def tongue_links(context: dict[str, Any]) -> dict[str, Any]:
    """For the head: where search engines find the page in other languages."""
    return {"alternates": tuple(tongues.alternates(context["request"]))}


@register.inclusion_tag("storefronts/tongues/switch.html", takes_context=True)
def language_switch(context: dict[str, Any]) -> dict[str, Any]:
    """Links to the same page, and the same search, in the other languages."""
    return {"alternates": tuple(tongues.alternates(context["request"]))}
