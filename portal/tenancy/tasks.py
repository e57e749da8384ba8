"""What the tenancy room does once a day."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from portal.tenancy import dormancy


@shared_task
def end_dormant_accounts() -> None:
    """Switch off accounts nobody has used for 60 days."""
    with transaction.atomic():
        dormancy.end_dormant_accounts(now=timezone.now())
