# LEAD 06:18: by a mistake of mine, a git reset in this worktree took back UNCOMMITTED edits of: config/settings.py, notifications/catalogue/__init__.py, notifications/inbound/services.py, notifications/summaries/{apps,models,urls}.py, portal/consumers/mirror.py. Please write yours again now (and delete this line), then commit early.
from django.apps import AppConfig


class SummariesConfig(AppConfig):
    name = "notifications.summaries"
    label = "summaries"
    verbose_name = "Daily summaries"
