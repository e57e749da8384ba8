"""How django-allauth is bent to this portal: no self-sign-up, and its mail leaves from here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Password and security mail goes through the one wing that speaks to the outside."""
        from notifications.account_mail import send_account_mail

        send_account_mail(template_prefix=template_prefix, to=email, context=context)
