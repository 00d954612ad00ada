"""What was asked and answered, up to the frozen dataset."""

from surveys.models.answers import Comment, Draft, Invitation, Rating, Receipt, Response
from surveys.models.ballots import (
    BallotBox,
    Envelope,
    KeyHolder,
    ResponseDay,
    ResponseLink,
    SealedResponse,
    UnitCounter,
)
from surveys.models.datasets import Dataset, DatasetExport
from surveys.models.editions import (
    Block,
    BlockUnit,
    Edition,
    EligibilityRule,
    HardDocument,
    HardValue,
    Margin,
    ProfileField,
)
from surveys.models.fieldwork import Assignment, Attempt, EditionAccess, Registration, Sitting
from surveys.models.frame import Business, Duplicate, FrameImport, FrameImportFault
from surveys.models.framework import Indicator, SubIndex, SubIndexWeight
from surveys.models.outbox import Campaign, LetterFile, OptOut, OutboxMessage, QuietHours, SendingPace
from surveys.models.progress import FieldworkDay, FieldworkPlan, StratumRate
from surveys.models.quality import QualityCheck, QualityRules, ResponseFlag, ResponseReview
from surveys.models.questionnaire import AnswerScale, Question, QuestionnaireVersion
from surveys.models.samples import Sample, SampleMember, SampleStratum
from surveys.models.units import Unit, UnitLineage, UnitReader

__all__ = [
    "AnswerScale",
    "Assignment",
    "Attempt",
    "BallotBox",
    "Block",
    "BlockUnit",
    "Business",
    "Campaign",
    "Comment",
    "Dataset",
    "DatasetExport",
    "Draft",
    "Duplicate",
    "Edition",
    "EditionAccess",
    "EligibilityRule",
    "Envelope",
    "FieldworkDay",
    "FieldworkPlan",
    "FrameImport",
    "FrameImportFault",
    "HardDocument",
    "HardValue",
    "Indicator",
    "Invitation",
    "KeyHolder",
    "LetterFile",
    "Margin",
    "OptOut",
    "OutboxMessage",
    "ProfileField",
    "QualityCheck",
    "QualityRules",
    "Question",
    "QuestionnaireVersion",
    "QuietHours",
    "Rating",
    "Receipt",
    "Registration",
    "Response",
    "ResponseDay",
    "ResponseFlag",
    "ResponseLink",
    "ResponseReview",
    "Sample",
    "SampleMember",
    "SampleStratum",
    "SealedResponse",
    "SendingPace",
    "Sitting",
    "StratumRate",
    "SubIndex",
    "SubIndexWeight",
    "Unit",
    "UnitCounter",
    "UnitLineage",
    "UnitReader",
]
