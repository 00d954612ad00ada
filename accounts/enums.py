"""Roles of people and states of background work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does in a province. Readers of a unit and respondents are not members: see surveys."""

    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    APPROVER = "approver", _("Approver")
    MODERATOR = "moderator", _("Moderator")
    INTERVIEWER = "interviewer", _("Interviewer")


# An interviewer works in the field: sees the own list of businesses and nothing else of the province.
OFFICE = (Role.MANAGER, Role.ANALYST, Role.APPROVER, Role.MODERATOR)


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
    "edition.margins": _("Population counts taken from the frame"),
    "edition.open": _("Opened for answers"),
    "edition.secrecy": _("Secrecy of answers chosen"),
    "response.withdraw": _("Answers of a business deleted at its request"),
    "ballot.holder_name": _("Key holder named"),
    "ballot.holder_drop": _("Key holder taken off the list"),
    "ballot.key_set": _("Key holder set a passphrase"),
    "ballot.open": _("Ballot box opened"),
    "edition.extend": _("Last day of answering moved"),
    "fieldwork.plan": _("Response rate to reach set"),
    "fieldwork.strata": _("Response rates of strata set"),
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
    "access.change": _("Ways into the survey changed"),
    "calls.assign": _("Businesses given to an interviewer"),
    "calls.export": _("Call list handed out"),
    "paper.send": _("Paper questionnaire sent in after double entry"),
    "invitations.letters": _("Letters to print made"),
    "invitations.letters_taken": _("Letters to print taken"),
    "campaign.create": _("Message prepared"),
    "campaign.change": _("Text of a message changed"),
    "campaign.start": _("Sending of a message started"),
    "campaign.pause": _("Sending of a message paused"),
    "campaign.trial": _("Test message sent"),
    "campaign.again": _("Failed messages given another try"),
    "campaign.unclear": _("Decided about an unclear message"),
    "campaign.troubles": _("List of undelivered messages downloaded"),
    "quiet_hours.set": _("Quiet hours set"),
    "contact.opt_out": _("Wish for no more messages noted"),
    "contact.opt_in": _("Wish for messages again noted"),
    "frame.import": _("Businesses imported"),
    "frame.merge": _("Two businesses merged"),
    "frame.apart": _("Two businesses told apart"),
    "frame.faults": _("Rejected rows downloaded"),
    "frame.forget": _("Contact data deleted"),
    "sample.draw": _("Sample drawn"),
    "sample.discard": _("Sample discarded"),
    "sample.invite": _("Wave of the sample invited"),
    "sample.export": _("Sample downloaded"),
    "responses.import": _("Responses taken over from a file"),
    "records.save": _("Values from records changed"),
    "records.remove": _("Value from records taken out"),
    "records.document": _("Document of records added"),
    "comment.review": _("Comment reviewed"),
    "quality.check": _("Answers checked"),
    "quality.rules": _("Rules of the review changed"),
    "quality.thresholds": _("Thresholds of the signs changed"),
    "response.keep": _("Response kept"),
    "response.propose": _("Exclusion of a response proposed"),
    "response.exclude": _("Response excluded"),
    "dataset.freeze": _("Dataset written"),
    "dataset.export": _("Files made from a dataset"),
    "dataset.download": _("Files of a dataset downloaded"),
    "recipe.create": _("Recipe made"),
    "run.start": _("Scoring run started"),
    "run.complete": _("Scoring run complete"),
    "run.fail": _("Scoring run failed"),
    "run.diagnose": _("Diagnostics of a run computed"),
    "run.approve": _("Scoring run approved"),
    "run.reject": _("Scoring run sent back"),
    "publication.create": _("Published"),
}


def deed(action: str) -> str:
    """An action of the audit trail in words; an unknown one stays as it is written."""
    return str(DEEDS.get(action, action))


JOBS = {
    "scoring_run": _("Scoring run"),
    "run_diagnostics": _("Diagnostics of a run"),
    "report_files": _("Report files"),
    "quality_check": _("Check of the answers"),
    "frame_import": _("Import of businesses"),
    "registration_mail": _("Link to a business that registered"),
    "dataset_export": _("Files from a dataset"),
    "campaign_send": _("Sending of messages"),
    "letters_make": _("Letters to print"),
}


def job_words(kind: str) -> str:
    """What a job does, in words."""
    return str(JOBS.get(kind, kind))
