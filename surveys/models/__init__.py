"""What was asked and answered, up to the frozen dataset."""

from surveys.models.answers import Comment, Draft, Invitation, Rating, Receipt, Response
from surveys.models.ballots import BallotBox, Envelope, KeyHolder, ResponseLink, SealedResponse, UnitCounter
from surveys.models.datasets import Dataset
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
from surveys.models.frame import Business, Duplicate, FrameImport, FrameImportFault
from surveys.models.framework import Indicator, SubIndex, SubIndexWeight
from surveys.models.outbox import Campaign, LetterFile, OptOut, OutboxMessage, QuietHours, SendingPace
from surveys.models.quality import QualityCheck, QualityRules, ResponseFlag, ResponseReview
from surveys.models.questionnaire import AnswerScale, Question, QuestionnaireVersion
from surveys.models.samples import Sample, SampleMember, SampleStratum
from surveys.models.units import Unit, UnitLineage, UnitReader

__all__ = [
    "AnswerScale",
    "BallotBox",
    "Block",
    "BlockUnit",
    "Business",
    "Campaign",
    "Comment",
    "Dataset",
    "Draft",
    "Duplicate",
    "Edition",
    "EligibilityRule",
    "Envelope",
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
    "Response",
    "ResponseFlag",
    "ResponseLink",
    "ResponseReview",
    "Sample",
    "SampleMember",
    "SampleStratum",
    "SealedResponse",
    "SendingPace",
    "SubIndex",
    "SubIndexWeight",
    "Unit",
    "UnitCounter",
    "UnitLineage",
    "UnitReader",
]
