"""Telling a worker that a briefing is to be sent; losing this loses nothing but a minute."""

from typing import Final

from celery import current_app

TASK: Final = "notifications.briefings.tasks.send_briefings"


def wake() -> None:
    """Ask for a round of sending; call it after the commit."""
    current_app.send_task(TASK, retry=False)
