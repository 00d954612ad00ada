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


NOT_CLOSED = frozenset({EditionState.DRAFT, EditionState.OPEN})
NOT_FROZEN = NOT_CLOSED | {EditionState.CLOSED}


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


class ExportKind(models.TextChoices):
    """Who a file made from a dataset is for."""

    FULL = "full", _("Full version")
    RESEARCH = "research", _("Version for researchers")


class RespondentType(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    COOPERATIVE = "cooperative", _("Cooperative")
    HOUSEHOLD = "household", _("Household business")


class Channel(models.TextChoices):
    """How a response came in; told apart in the data. The codes stand in datasets and recipes."""

    INVITED = "invited", _("Invited, online")
    PHONE = "phone", _("By telephone, with an interviewer")
    ONSITE = "onsite", _("On site, with an interviewer")
    PAPER = "paper", _("On paper")
    HELPED = "helped", _("Helped by a community digital team")
    SELF = "self", _("Registered by itself")
    OPEN = "open", _("Came by the open link")
    IMPORTED = "imported", _("Collected elsewhere")


class InvitationState(models.TextChoices):
    """Participation only; no time is kept, so that order says nothing."""

    SENT = "sent", _("Invited")
    STARTED = "started", _("Started")
    DONE = "done", _("Completed")


class CallOutcome(models.TextChoices):
    """How an attempt to reach a business ended; a short form of the dispositions of AAPOR."""

    NO_ANSWER = "no_answer", _("No answer")
    CALL_BACK = "call_back", _("Call back")
    REFUSED = "refused", _("Refused")
    WRONG_NUMBER = "wrong", _("Wrong number or address")
    CLOSED = "closed", _("The business has closed")
    INELIGIBLE = "ineligible", _("Not entitled to answer")
    COMPLETED = "completed", _("Completed")


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
    BURST = "burst", _("Ratings of a unit all at once")
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


class FrameChange(models.TextChoices):
    """What the last import that touched a business did to it."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    GONE = "gone", _("Gone")


class FrameFault(models.TextChoices):
    """Why a row of a frame file was not taken over, or a cell was left out; whole sentences."""

    TAX_CODE_MISSING = "tax_code_missing", _("The tax code is missing; only household businesses may do without.")
    TAX_CODE_LENGTH = "tax_code_length", _("A tax code has 10 digits, or 13 for a branch.")
    TAX_CODE_CHECK = "tax_code_check", _("The check digit of the tax code is wrong: it was mistyped somewhere.")
    NAME_MISSING = "name_missing", _("The name is missing.")
    NAME_LENGTH = "name_length", _("The name is longer than 200 letters.")
    TYPE_UNKNOWN = "type_unknown", _("The type is neither enterprise nor cooperative nor household business.")
    LOCALITY_MISSING = "locality_missing", _("The locality is missing.")
    LOCALITY_UNKNOWN = "locality_unknown", _("There is no such locality in the latest edition.")
    ROW_REPEATED = "row_repeated", _("The row repeats an earlier one word for word.")
    ADDRESS_LENGTH = "address_length", _("The address was longer than 300 letters and was cut.")
    SECTOR_UNKNOWN = "sector_unknown", _("There is no such sector in the latest edition; it was left empty.")
    SIZE_UNKNOWN = "size_unknown", _("The size fits no band of the latest edition; it was left empty.")
    AGE_UNKNOWN = "age_unknown", _("The age fits no band of the latest edition; it was left empty.")
    PHONE_WRONG = "phone_wrong", _("This is not a Vietnamese telephone number; it was left empty.")
    EMAIL_WRONG = "email_wrong", _("This is not an e-mail address; it was left empty.")
    UNIT_UNKNOWN = "unit_unknown", _("A unit of this list is not known; it was left out.")


class DuplicateKind(models.TextChoices):
    TAX_CODE = "tax_code", _("The same tax code")
    BRANCH = "branch", _("Branches of one company")
    NAME_ADDRESS = "name_address", _("Similar name and address")


class DuplicateState(models.TextChoices):
    OPEN = "open", _("To decide")
    MERGED = "merged", _("Merged")
    APART = "apart", _("Two businesses")


class Allocation(models.TextChoices):
    """How a sample is shared out over the strata."""

    PROPORTIONAL = "proportional", _("In proportion to the frame")
    NEYMAN = "neyman", _("By frame and spread (Neyman)")
    FLOOR = "floor", _("In proportion, with a minimum for each locality and unit")


class MessageChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message (SMS)")
    ZALO = "zalo", _("Zalo")


class MessageKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REMINDER_1 = "reminder_1", _("First reminder")
    REMINDER_2 = "reminder_2", _("Second reminder")
    REMINDER_3 = "reminder_3", _("Third reminder")


class Audience(models.TextChoices):
    ALL = "all", _("All who have not completed")
    UNREACHED = "unreached", _("Only those whom no e-mail of this edition has reached")


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    RUNNING = "running", _("Started")
    PAUSED = "paused", _("Paused")


class MessageState(models.TextChoices):
    """What became of a message. Unclear: it was being handed over when the work broke off; it is not sent again by
    itself.
    """

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Came back")
    SUPPRESSED = "suppressed", _("Not sent")
    UNCLEAR = "unclear", _("Unclear")


class MessageReason(models.TextChoices):
    """Why a message was not sent or not delivered; whole sentences."""

    OPTED_OUT = "opted_out", _("The business wants no messages.")
    COMPLETED = "completed", _("The business has completed meanwhile.")
    WILL_NOT_ANSWER = "will_not_answer", _("An interviewer noted that the business will not answer.")
    NO_CONTACT = "no_contact", _("No address or number is known.")
    BOUNCED_BEFORE = "bounced_before", _("An earlier message to the same address came back.")
    RECIPIENT_REFUSED = "recipient_refused", _("The other side does not know this address or number.")
    MESSAGE_REFUSED = "message_refused", _("The other side refused the message.")
    GAVE_UP = "gave_up", _("It could not be delivered after several tries.")
    BROKEN_OFF = "broken_off", _("The connection broke off while it was handed over; it may have arrived.")
    RETURNED = "returned", _("It was taken over and came back later.")
