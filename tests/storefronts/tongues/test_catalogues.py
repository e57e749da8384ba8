"""Every word of the finder in every language, and nothing else of the portal translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.apps import apps
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from config import catalogues
from storefronts import tongues

FILES = catalogues.catalogue_files()
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.collect()


def test_every_language_has_a_catalogue_and_every_catalogue_a_language() -> None:
    assert set(FILES) == set(tongues.codes()) - {tongues.DEFAULT}


@pytest.mark.parametrize("code", FILES)
def test_every_message_of_the_finder_is_translated(code: str, template: Catalog) -> None:
    catalogue = catalogues.read(FILES[code])
    known = {(message.id, message.context) for message in catalogue}
    unknown = [m.id for m in template if (m.id, m.context) not in known]
    assert unknown == [], "run `manage.py collect_messages`, then translate"
    assert catalogues.untranslated(catalogue) == []


@pytest.mark.parametrize("code", FILES)
def test_no_translation_is_left_of_what_nobody_says_any_more(code: str, template: Catalog) -> None:
    said = {(message.id, message.context) for message in template}
    left = [m.id for m in catalogues.read(FILES[code]) if (m.id, m.context) not in said]
    assert left == [], "run `manage.py collect_messages`"


@pytest.mark.parametrize("code", FILES)
def test_a_translation_fills_in_the_same_places(code: str) -> None:
    for message in catalogues.read(FILES[code]):
        for source, words in _pairs(message):
            # One form may say the number in words ("one enroller"), none may invent a place.
            assert _places(words) <= _places(source), message.id
            if not message.pluralizable:
                assert _places(words) == _places(source), message.id


@pytest.mark.parametrize("code", FILES)
def test_a_translation_begins_and_ends_as_the_message_does(code: str) -> None:
    for message in catalogues.read(FILES[code]):
        for source, words in _pairs(message):
            assert words == words.strip() or source != source.strip(), message.id
            assert words.endswith(":") == source.endswith(":"), message.id


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    if not message.id:
        return
    if message.pluralizable:
        singular, plural = message.id
        yield from ((plural if n else singular, w) for n, w in enumerate(message.string))
        return
    if message.string:
        yield message.id, message.string


def _places(text: str) -> set[str]:
    return {found.group(0) for found in _PLACEHOLDER.finditer(text)}


def test_templates_and_code_are_both_collected(template: Catalog) -> None:
    places = {Path(name).suffix for message in template for name, _ in message.locations}
    assert places == {".py", ".html"}


def test_english_pages_say_what_their_source_says() -> None:
    # Had a library an English catalogue with other words, switching translation on would
    # have changed a page behind the sign-in.
    assert translation.get_language() == settings.LANGUAGE_CODE
    spoken = DjangoTranslation(settings.LANGUAGE_CODE)
    words = {k: v for k, v in spoken._catalog.items() if k and v and isinstance(k, str)}
    assert {k: v for k, v in words.items() if k != v} == {}
    assert apps.is_installed("rest_framework"), "whose catalogue is one of those looked at"


def test_dates_and_numbers_behind_the_sign_in_are_as_they_were() -> None:
    page = Template(
        "{% load humanize %}{{ n }} {{ n|intcomma }} {{ f }} {{ when|date }} {{ when|time }}"
        " {{ when|date:'SHORT_DATE_FORMAT' }}"
    )
    when = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
    shown = page.render(Context({"n": 1234567, "f": 1234.5, "when": when}))
    assert shown == "1234567 1,234,567 1234.5 Nov. 22, 2026 5:05 p.m. 11/22/2026"
