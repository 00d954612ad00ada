"""What was asked and answered, up to the frozen dataset."""

from surveys.models.answers import Comment, Draft, Invitation, Rating, Receipt, Response
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
from surveys.models.framework import Indicator, SubIndex, SubIndexWeight
from surveys.models.questionnaire import AnswerScale, Question, QuestionnaireVersion
from surveys.models.units import Unit, UnitLineage, UnitReader

__all__ = [
    "AnswerScale",
    "Block",
    "BlockUnit",
    "Comment",
    "Dataset",
    "Draft",
    "Edition",
    "EligibilityRule",
    "HardDocument",
    "HardValue",
    "Indicator",
    "Invitation",
    "Margin",
    "ProfileField",
    "Question",
    "QuestionnaireVersion",
    "Rating",
    "Receipt",
    "Response",
    "SubIndex",
    "SubIndexWeight",
    "Unit",
    "UnitLineage",
    "UnitReader",
]
