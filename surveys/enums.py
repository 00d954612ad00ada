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


class Pace(models.IntegerChoices):
    """How fast a questionnaire was filled in, as coarse as it helps; nothing finer is kept."""

    HASTY = 1, _("Under one second per question")
    FAST = 2, _("One to two seconds per question")
    STEADY = 3, _("Two seconds per question or more")


class FlagCode(models.TextChoices):
    """Signs of careless or copied answers: what was seen, not what follows from it."""

    COPY = "copy", _("Whole response copied")
    DUPLICATE = "duplicate", _("Same answers as another rating")
    NEAR_DUPLICATE = "near_duplicate", _("Almost the same answers as another rating")
    SAME_ANSWER = "same_answer", _("One answer over and over")
    HASTY = "hasty", _("Answered very fast")
    PERFECT_CROWD = "perfect_crowd", _("Perfect rating in a crowd of them")
    INCOMPLETE = "incomplete", _("Half empty")
    LITTLE_VARIATION = "little_variation", _("Answers hardly vary")
    INCONSISTENT = "inconsistent", _("Answers contradict each other")
    UNUSUAL = "unusual", _("Unusual pattern of answers")


class Decision(models.TextChoices):
    """What a person decided about a response; the latest decision counts."""

    KEEP = "keep", _("Kept")
    PROPOSE = "propose", _("Exclusion waits for a second person")
    EXCLUDE = "exclude", _("Excluded")


class ExclusionReason(models.TextChoices):
    """Why a response is left out; the code stands in the dataset."""

    CARELESS = "careless", _("Careless answers")
    COPY = "copy", _("Copied answers")
    HASTY = "hasty", _("Answered too fast")
    INCOMPLETE = "incomplete", _("Too few answers")
    INTEREST = "interest", _("Filled in by or for a rated unit")
    INELIGIBLE = "ineligible", _("Not entitled to answer")
    OTHER = "other", _("Another reason, see the comment")
