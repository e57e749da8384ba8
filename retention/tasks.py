"""Background work of the workspace."""

from celery import shared_task
from django.utils import timezone

from retention.sweep import close_past_plan_years


@shared_task(name="retention.tasks.close_past_plan_years")
def close_past_years() -> int:
    """Close cases whose plan year is over; returns how many."""
    return close_past_plan_years(now=timezone.now())
