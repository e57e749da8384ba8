"""Pages of the referral directory: whom cases outside the jurisdiction are sent to (EA-17)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from escalations.constituent import directory
from escalations.constituent.models import ReferralContact
from portal.tenancy.actor import Actor, NotAllowed


class ContactForm(forms.Form):
    """One entry; its address and phone are the body's own, public ones."""

    name = forms.CharField(label="Name", max_length=160)
    kind = forms.ChoiceField(label="Kind", choices=ReferralContact.Kind.choices)
    aliases = forms.CharField(
        label="Other names",
        required=False,
        help_text="One a line.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    helps_with = forms.CharField(label="Helps with", max_length=240, required=False)
    phone = forms.CharField(label="Telephone", max_length=60, required=False)
    url = forms.URLField(label="Web address", required=False, assume_scheme="https")
    address = forms.CharField(label="Postal address", max_length=240, required=False)

    def clean_aliases(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]


class ChangeContactForm(ContactForm):
    """An entry that is there already can be switched off; cases that were sent to it stay."""

    is_active = forms.BooleanField(label="In use", required=False)


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """The directory."""
    actor = _administrator(request)
    rows = ReferralContact.objects.filter(exchange_id=actor.exchange_id)
    return render(request, "constituent/directory.html", {"contacts": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def add_contact(request: HttpRequest) -> HttpResponse:
    """Add an entry."""
    actor = _administrator(request)
    form = ContactForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            directory.add_referral_contact(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The contact was added.")
            return redirect("referrals:contacts")
    return _form_page(request, form, "Add a referral contact")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry, or switch it off."""
    actor = _administrator(request)
    contact = get_object_or_404(
        ReferralContact.objects.filter(exchange_id=actor.exchange_id), pk=pk
    )
    initial = {name: getattr(contact, name) for name in ChangeContactForm.base_fields}
    initial["aliases"] = "\n".join(contact.aliases)
    form = ChangeContactForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            directory.change_referral_contact(actor=actor, contact=contact, **form.cleaned_data)
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The contact was saved.")
            return redirect("referrals:contacts")
    return _form_page(request, form, f"Edit {contact.name}")


def _administrator(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(directory.ACTION)
    actor.require(directory.ACTION)
    return actor


def _form_page(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title}
    status = 422 if form.is_bound else 200
    return render(request, "constituent/directory_form.html", context, status=status)


def _show_errors(form: forms.Form, error: ValidationError) -> None:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, reasons in by_field.items():
        form.add_error(name if name in form.fields else None, reasons)
