"""What was asked and answered, up to the frozen dataset."""

from surveys.models.answers import Comment, Draft, Invitation, Rating, Receipt, Response
from surveys.models.ballots import BallotBox, Envelope, KeyHolder, ResponseLink, SealedResponse, UnitCounter
from surveys.models.datasets import Dataset
from surveys.models.editions import Block, BlockUnit, Edition, EligibilityRule, HardValue, Margin, ProfileField
from surveys.models.framework import Indicator, SubIndex, SubIndexWeight
from surveys.models.questionnaire import AnswerScale, Question, QuestionnaireVersion
from surveys.models.units import Unit, UnitLineage, UnitReader

__all__ = [
    "AnswerScale",
    "BallotBox",
    "Block",
    "BlockUnit",
    "Comment",
    "Dataset",
    "Draft",
    "Edition",
    "EligibilityRule",
    "Envelope",
    "HardValue",
    "Indicator",
    "Invitation",
    "KeyHolder",
    "Margin",
    "ProfileField",
    "Question",
    "QuestionnaireVersion",
    "Rating",
    "Receipt",
    "Response",
    "ResponseLink",
    "SealedResponse",
    "SubIndex",
    "SubIndexWeight",
    "Unit",
    "UnitCounter",
    "UnitLineage",
    "UnitReader",
]
