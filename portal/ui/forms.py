"""Forms in the design system's markup.

``UswdsRenderer`` is the project's ``FORM_RENDERER``: ``{{ form }}`` alone gives labels, hints,
required marks, errors tied to their fields and a summary at the top. It finds its templates through
the installed apps and the widgets' own templates in Django, so neither needs a setting.

A form may group its fields by declaring ``sections``, a sequence of :class:`Section`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_CSS_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.Textarea, "usa-textarea"),
    (forms.FileInput, "ui-file__input"),
    (forms.SelectMultiple, "usa-select ui-select-multiple"),
    (forms.Select, "usa-select"),
    (forms.HiddenInput, ""),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A fieldset of a form: its legend, the names of its fields, and a hint below the legend."""

    legend: str
    fields: tuple[str, ...]
    hint: str = ""


class UswdsBoundField(BoundField):
    """A bound field whose control carries the design system's class and full description."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Add the class of the control to Django's own attributes, keeping the widget's classes."""
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        classes = f"{_css_class(widget)} {widget.attrs.get('class', '')}".strip()
        if classes:
            built["class"] = classes
        return built

    @property
    def aria_describedby(self) -> str | None:
        """Return the ids of hint, error and counter, in the order in which they are read out."""
        described = super().aria_describedby
        if self.character_limit and described is not None and self.auto_id:
            return f"{described} {self.auto_id}_count".strip()
        return described

    @property
    def character_limit(self) -> int | None:
        """Return the limit a counter should show: only for text areas with a ``max_length``."""
        if isinstance(self.field.widget, forms.Textarea):
            return getattr(self.field, "max_length", None)
        return None

    @property
    def kind(self) -> str:
        """Name the markup the field needs: checkbox, choices, file, hidden or input."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect):
            return "choices"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.FileInput):
            return "file"
        return "hidden" if widget.is_hidden else "input"

    @property
    def is_multiple(self) -> bool:
        """Say whether several values may be chosen (check boxes instead of radio buttons)."""
        return bool(getattr(self.field.widget, "allow_multiple_selected", False))

    @property
    def first_control_id(self) -> str:
        """Return the id of the control a link from the error summary should focus."""
        return f"{self.auto_id}_0" if self.field.widget.use_fieldset else self.auto_id


class UswdsRenderer(DjangoTemplates):
    """Render every form, formset and field with the portal's templates."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = UswdsBoundField


class DateInput(forms.DateInput):
    """The browser's own date control: keyboard friendly, in the person's own date format."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own date and time control, to the minute, in the active time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class PlainSelect(forms.Select):
    """A drop-down of ungrouped choices, written in one go.

    Django renders a template for every option; for a few dozen that costs more than all the rest
    of a list.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """Write the control; the same HTML as Django's, but for white space."""
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SafeString(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        built = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(built), options)


class MultipleFileInput(forms.ClearableFileInput):
    """A file control that takes several files; the page lists them and lets each be removed."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """A field whose clean value is the list of uploaded files (empty when none was chosen)."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Validate each file by the rules of one file; raises ``ValidationError``."""
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(MultipleFileField, self).clean(item, initial) for item in files]
        return [item for item in cleaned if item]


def sections_of(form: forms.BaseForm) -> Iterator[tuple[Section | None, list[BoundField]]]:
    """Yield the form's visible fields by section; fields that no section names come last."""
    placed: set[str] = set()
    for section in getattr(form, "sections", ()):
        names = [name for name in section.fields if name in form.fields]
        placed.update(names)
        fields = [form[name] for name in names if not form[name].is_hidden]
        if fields:
            yield section, fields
    rest = [bound for bound in form.visible_fields() if bound.name not in placed]
    if rest:
        yield None, rest


def _css_class(widget: forms.Widget) -> str:
    for widget_class, css_class in _CSS_CLASSES:
        if isinstance(widget, widget_class):
            return css_class
    return "" if widget.is_hidden else "usa-input"
