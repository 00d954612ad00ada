"""Words of the field that the database keeps."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EditionState(models.TextChoices):
    """The year of an edition, in order. Each step is one service."""

    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Open for answers")
    CLOSED = "closed", _("Closed")
    FROZEN = "frozen", _("Data frozen")
    SCORED = "scored", _("Scored")
    PUBLISHED = "published", _("Published")


class Secrecy(models.TextChoices):
    """Chosen before an edition opens and never changed afterwards; the first page for respondents says which it is."""

    SEALED = "sealed", _("Sealed: nobody can tell whose answers they are")
    CONFIDENTIAL = "confidential", _("Confidential: answers can be checked with the business by telephone")


class UnitKind(models.TextChoices):
    DEPARTMENT = "department", _("Department or agency")
    CITY = "city", _("City or town")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")
    WARD = "ward", _("Ward")
    SPECIAL_ZONE = "special_zone", _("Special zone")


class LineageKind(models.TextChoices):
    RENAMED = "renamed", _("renamed to")
    MERGED = "merged", _("merged into")
    SPLIT = "split", _("split into")


class IndicatorKind(models.TextChoices):
    SOFT = "soft", _("From the survey")
    HARD = "hard", _("From administrative records")


class Direction(models.TextChoices):
    POSITIVE = "positive", _("Higher is better")
    NEGATIVE = "negative", _("Lower is better")


class Statistic(models.TextChoices):
    MEAN = "mean", _("Mean")
    SHARE = "share", _("Share")
    MEDIAN = "median", _("Median")
    VALUE = "value", _("Recorded value")


class ScaleKind(models.TextChoices):
    ORDINAL = "ordinal", _("Ordered options")
    YESNO = "yesno", _("Yes or no")
    CHOICE = "choice", _("One of several options")
    NUMBER = "number", _("Number")


class NonAnswer(models.TextChoices):
    """Answers of their own; never 0. The third non-answer, not shown, is the absence of the key."""

    NOT_APPLICABLE = "na", _("Not applicable")
    DONT_KNOW = "dk", _("Don't know")


class RespondentType(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    COOPERATIVE = "cooperative", _("Cooperative")
    HOUSEHOLD = "household", _("Household business")


class Channel(models.TextChoices):
    """How a response came in; told apart in the data."""

    INVITED = "invited", _("Invited, online")
    IMPORTED = "imported", _("Collected elsewhere")


class InvitationState(models.TextChoices):
    """Participation only; no time is kept, so that order says nothing."""

    SENT = "sent", _("Invited")
    STARTED = "started", _("Started")
    DONE = "done", _("Completed")


class CommentState(models.TextChoices):
    PENDING = "pending", _("Waiting for review")
    SHOWN = "shown", _("Shown as written")
    EDITED = "edited", _("Shown after editing")
    HIDDEN = "hidden", _("Not shown")
