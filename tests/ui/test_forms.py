"""What a form looks like to a person who reads it, hears it, or got it wrong."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tests.ui.site import IntakeForm


def tag_with_id(html: str, identifier: str) -> str:
    """Return the opening tag that carries the id."""
    found = re.search(rf'<[^<>]*\bid="{identifier}"[^<>]*>', html)
    assert found, identifier
    return found[0]


def test_every_control_has_a_label_that_names_it() -> None:
    html = str(IntakeForm())
    controls = re.findall(
        r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*id="([^"]+)"', html
    )
    assert len(controls) == 9
    assert [name for name in controls if f'for="{name}"' not in html] == []


def test_a_hint_and_an_error_both_describe_their_control() -> None:
    html = str(IntakeForm({"story": "x"}))
    described = re.search(r'aria-describedby="([^"]+)"', tag_with_id(html, "id_title"))
    assert described
    assert described[1].split() == ["id_title_helptext", "id_title_error"]
    assert all(f'id="{name}"' in html for name in described[1].split())
    assert 'aria-invalid="true"' in tag_with_id(html, "id_title")


def test_a_text_area_with_a_limit_is_described_by_its_counter() -> None:
    html = str(IntakeForm())
    assert 'aria-describedby="id_story_count"' in tag_with_id(html, "id_story")
    assert "400 characters allowed" in html
    assert "id_title_count" not in html


def test_the_error_summary_links_to_every_field_in_error_and_takes_the_focus() -> None:
    html = str(IntakeForm({"title": "A title"}))
    summary = html.split("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == [
        "id_kind", "id_story", "id_channel_0", "id_consent",
    ]  # fmt: skip
    assert all(f'id="{name}"' in html for name in re.findall(r'href="#([^"]+)"', summary))
    assert "There are 4 problems" in summary
    assert "autofocus" in summary
    assert 'tabindex="-1"' in summary


def test_a_form_without_errors_has_no_summary() -> None:
    assert "data-error-summary" not in str(IntakeForm())


def test_an_error_of_the_whole_form_is_told_without_a_link() -> None:
    form = IntakeForm({"title": "A title"})
    form.add_error(None, "The case was changed by somebody else.")
    html = str(form)
    assert "The case was changed by somebody else." in html


def test_what_was_typed_is_escaped_when_it_comes_back() -> None:
    html = str(IntakeForm({"title": '"><script>alert(1)</script>'}))
    assert "<script>" not in html


def test_required_fields_are_marked_and_the_mark_is_explained() -> None:
    html = str(IntakeForm())
    assert "Fields marked" in html
    assert html.count('class="ui-required"') == 1 + 5


def test_sections_become_fieldsets_and_no_field_is_lost_or_repeated() -> None:
    html = str(IntakeForm())
    assert ">About the case</legend>" in html
    for name in IntakeForm.base_fields:
        assert len(re.findall(rf'\bname="{name}"', html)) in (1, 2 if name == "channel" else 1)


def test_a_file_field_takes_several_files_and_gives_a_list() -> None:
    files = MultiValueDict(
        {"files": [SimpleUploadedFile("a.pdf", b"a"), SimpleUploadedFile("b.pdf", b"b")]}
    )
    form = IntakeForm(QueryDict("title=t&kind=access&story=s&channel=phone&consent=on"), files)
    assert form.is_valid(), form.errors
    assert [file.name for file in form.cleaned_data["files"]] == ["a.pdf", "b.pdf"]


def test_no_chosen_file_gives_an_empty_list() -> None:
    form = IntakeForm(QueryDict("title=t&kind=access&story=s&channel=phone&consent=on"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["files"] == []
