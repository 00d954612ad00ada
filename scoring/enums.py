"""States of a run and of a unit's score."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    COMPLETE = "complete", _("Complete")
    FAILED = "failed", _("Failed")


class ScoreStatus(models.TextChoices):
    RANKED = "ranked", _("Ranked")
    INSUFFICIENT = "insufficient", _("Insufficient data")
    WITHHELD = "withheld", _("Withheld")


class Verdict(models.TextChoices):
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Sent back")


class Exclusions(models.TextChoices):
    """Which responses a run uses; the values are those of scoring.engine.exclusions."""

    REVIEWED = "reviewed", _("Without the responses excluded in the review")
    NONE = "none", _("All responses, also the excluded ones")


class Counting(models.TextChoices):
    """Which responses a trial uses: as a run, or with every flagged response left out, as no run does by itself."""

    REVIEWED = "reviewed", _("Without the responses excluded in the review")
    NONE = "none", _("All responses, also the excluded ones")
    FLAGGED = "flagged", _("Without every flagged response")
