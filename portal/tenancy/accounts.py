"""Single sign-on bent to this portal: an identity provider makes no people, it only lets in
those whom an exchange has invited."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from portal.tenancy.models import Person


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """An identity provider signs in people the exchange has invited, and nobody else.

        The provider must assert the address as verified; otherwise a provider that lets people
        choose an address would let them choose whose account to enter.
        """
        if sociallogin.is_existing:
            return
        verified = {a.email.lower() for a in sociallogin.email_addresses if a.verified}
        person = Person.objects.filter(email__in=verified, is_active=True).first()
        if person is None:
            messages.error(
                request,
                "This sign-in is not linked to an account here. Ask your manager or the exchange"
                " for an invitation.",
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, person)
