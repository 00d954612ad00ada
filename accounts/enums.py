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


DEEDS = {
    "user.create": _("Account made"),
    "membership.grant": _("Role given"),
    "membership.revoke": _("Role taken away"),
    "province.create": _("Province made"),
    "edition.import": _("Edition imported"),
    "edition.settings": _("Settings changed"),
    "edition.open": _("Opened for answers"),
    "edition.closed": _("Closed for answers"),
    "edition.frozen": _("Data frozen"),
    "edition.scored": _("Edition scored"),
    "edition.published": _("Edition published"),
    "unit.change": _("Unit changed"),
    "unit.withhold": _("Unit withheld"),
    "unit.release": _("Unit no longer withheld"),
    "unit.lineage": _("Fate of a unit recorded"),
    "reader.grant": _("Reader of a unit added"),
    "reader.revoke": _("Reader of a unit removed"),
    "invitations.create": _("Invitations made"),
    "invitations.codes": _("Codes and links handed out"),
    "responses.import": _("Responses taken over from a file"),
    "records.save": _("Values from records changed"),
    "records.remove": _("Value from records taken out"),
    "records.document": _("Document of records added"),
    "comment.review": _("Comment reviewed"),
    "dataset.freeze": _("Dataset written"),
    "recipe.create": _("Recipe made"),
    "run.start": _("Scoring run started"),
    "run.complete": _("Scoring run complete"),
    "run.fail": _("Scoring run failed"),
    "run.approve": _("Scoring run approved"),
    "run.reject": _("Scoring run sent back"),
    "publication.create": _("Published"),
}


def deed(action: str) -> str:
    """An action of the audit trail in words; an unknown one stays as it is written."""
    return str(DEEDS.get(action, action))


JOBS = {
    "scoring_run": _("Scoring run"),
    "report_files": _("Report files"),
}


def job_words(kind: str) -> str:
    """What a job does, in words."""
    return str(JOBS.get(kind, kind))
