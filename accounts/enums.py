"""Roles of people and states of background work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does in a province. Readers of a unit and respondents are not members: see surveys."""

    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    APPROVER = "approver", _("Approver")
    MODERATOR = "moderator", _("Moderator")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")
