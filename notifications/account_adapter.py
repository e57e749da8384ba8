"""How django-allauth is bent to this portal: no self-sign-up, and its mail leaves from here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from portal.tenancy.dormancy import end_if_dormant
from portal.tenancy.models import Person


class AccountAdapter(DefaultAccountAdapter):
    def pre_login(self, request: HttpRequest, user: Person, **details: Any) -> HttpResponse | None:
        """An account nobody has used for 60 days is switched off instead of let in (AC-2(3)).

        Asked once the password or the identity provider has vouched for the person, so that it
        tells nobody else whether there is such an account.
        """
        end_if_dormant(user)
        return super().pre_login(request, user, **details)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Password and security mail goes through the one wing that speaks to the outside."""
        from notifications.account_mail import send_account_mail

        send_account_mail(template_prefix=template_prefix, to=email, context=context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A security notice, to the address the person signs in with.

        allauth would ask its own table of addresses, which this portal does not keep.
        """
        self.send_mail(template_prefix, email or user.email, context or {})
