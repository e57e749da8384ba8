"""The sign-in pages: the library's views in the portal's look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import clear_url_caches

PAGES = [
    "account/login.html",
    "account/logout.html",
    "account/password_reset.html",
    "account/password_reset_done.html",
    "account/password_reset_from_key.html",
    "account/password_reset_from_key_done.html",
    "account/password_change.html",
    "account/password_set.html",
    "account/reauthenticate.html",
    "account/account_inactive.html",
    "mfa/authenticate.html",
    "mfa/index.html",
    "mfa/reauthenticate.html",
    "mfa/totp/activate_form.html",
    "mfa/totp/deactivate_form.html",
    "mfa/recovery_codes/index.html",
    "mfa/recovery_codes/generate.html",
    "mfa/webauthn/add_form.html",
    "mfa/webauthn/authenticator_list.html",
    "mfa/webauthn/reauthenticate.html",
    "usersessions/usersession_list.html",
    "socialaccount/authentication_error.html",
    "socialaccount/login_cancelled.html",
]


@pytest.fixture
def visitor() -> Iterator[HttpRequest]:
    """A request for a sign-in page; answers with those pages' addresses only."""
    with override_settings(ROOT_URLCONF="tests.ui.sign_in_urls"):
        clear_url_caches()
        request = RequestFactory().get("/accounts/login/")
        request.user = SimpleNamespace(is_authenticated=False)
        yield request
    clear_url_caches()


def page(request: HttpRequest, template: str, **context: object) -> str:
    """Render a page with what its view would hand it, as far as these tests need it."""
    supported = {"MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"]}
    return render_to_string(template, supported | context, request)


@pytest.mark.parametrize("template", PAGES)
def test_every_sign_in_page_has_the_portals_layout_and_obeys_the_content_policy(
    visitor: HttpRequest, template: str
) -> None:
    html = page(visitor, template)
    assert html.count("<main") == 1
    assert html.count("<h1") == 1
    assert "ui-header" in html
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    scripts = re.findall(r"<script[^>]*>", html)
    assert all("src=" in tag or 'type="application/json"' in tag for tag in scripts)


def test_ac_8_the_notice_of_use_stands_beside_the_sign_in_form(visitor: HttpRequest) -> None:
    html = page(visitor, "account/login.html", form=LoginForm())
    assert "This system is for authorized use only" in html
    assert "By signing in you acknowledge this notice" in html


def test_a_signed_in_person_is_not_shown_the_notice_again(visitor: HttpRequest) -> None:
    visitor.user = SimpleNamespace(is_authenticated=True, pk=1)
    html = page(visitor, "account/reauthenticate.html")
    assert "authorized use only" not in html


def test_nobody_is_invited_to_sign_up(visitor: HttpRequest) -> None:
    html = page(visitor, "account/login.html", form=LoginForm(), signup_url="/accounts/signup/")
    assert "sign up" not in html.lower()
    assert "/signup/" not in html


def test_password_managers_and_one_time_codes_are_served(visitor: HttpRequest) -> None:
    sign_in = page(visitor, "account/login.html", form=LoginForm())
    assert 'autocomplete="current-password"' in sign_in
    code = page(visitor, "mfa/authenticate.html", form=AuthenticateForm(user=None))
    assert 'autocomplete="one-time-code"' in code


def test_a_reset_does_not_say_whether_the_account_exists(visitor: HttpRequest) -> None:
    asked = page(visitor, "account/password_reset.html", form=ResetPasswordForm())
    done = page(visitor, "account/password_reset_done.html")
    assert "If it belongs to an account" in asked
    assert "If the address belongs to an account" in done


def test_the_qr_code_has_words_and_the_secret_can_be_copied(visitor: HttpRequest) -> None:
    html = page(
        visitor,
        "mfa/totp/activate_form.html",
        form=SimpleNamespace(secret="JBSWY3DPEHPK3PXP"),
        totp_svg_data_uri="data:image/svg+xml;base64,PHN2Zy8+",
    )
    assert 'alt="QR code to scan with your authenticator app' in html
    assert re.search(r'<input[^>]*value="JBSWY3DPEHPK3PXP"[^>]*readonly', html)


def test_signing_out_is_a_posted_form(visitor: HttpRequest) -> None:
    html = page(visitor, "account/logout.html")
    assert re.search(r'<form method="post" action="/accounts/logout/"[^>]*data-sign-out', html)
