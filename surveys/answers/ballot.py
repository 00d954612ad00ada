"""What lies in a box, and in an envelope of the tray, as bytes of fixed lengths."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from surveys.answers.drafts import DraftContent
from surveys.answers.journey import answers_shown
from surveys.answers.pace import pace_of
from surveys.answers.questionnaire import Answer, Questionnaire
from surveys.answers.routes import channel_sent
from surveys.enums import Channel, NonAnswer

# An envelope names the rated units in places of a fixed number; none fills more.
UNITS_IN_ENVELOPE = 60
_UNIT_BYTES = 4


@dataclass(frozen=True)
class Rated:
    """What was said about one unit."""

    unit: int
    answers: Mapping[str, Answer]
    satisfaction: int | None


@dataclass(frozen=True)
class Ballot:
    """One questionnaire sent in: no name, no code, no time but one of three steps of pace."""

    questionnaire: int
    profile: Mapping[str, str]
    ratings: Sequence[Rated]
    comments: Mapping[int, str]
    channel: str = Channel.INVITED.value
    stratum: str = ""
    design_weight: float = 1.0
    pace: int | None = None

    def as_bytes(self) -> bytes:
        plain = {**vars(self), "ratings": [vars(rated) for rated in self.ratings]}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        plain: dict[str, Any] = json.loads(raw)
        plain["ratings"] = [Rated(**rated) for rated in plain["ratings"]]
        plain["comments"] = {int(unit): text for unit, text in plain["comments"].items()}
        return cls(**plain)


def ballot_of(
    questionnaire: Questionnaire, content: DraftContent, stratum: str, design_weight: float, hand: str = ""
) -> Ballot:
    """What a draft says when it is sent in: questions that were shown, units about which something is said.

    Args:
        hand: the channel in which somebody else entered it; "" where the respondent did.
    """
    given = {key: answers_shown(questionnaire.units[key][0], content, key) for key in content.units}
    opinions = {key: int(value) for key, value in content.satisfaction.items() if value != NonAnswer.DONT_KNOW}
    return Ballot(
        questionnaire=questionnaire.version,
        profile=dict(content.profile),
        ratings=[Rated(key, given[key], opinions.get(key)) for key in given if given[key] or key in opinions],
        comments={key: content.comments[key] for key in content.units if key in content.comments},
        channel=channel_sent(stratum, hand),
        stratum=stratum,
        design_weight=design_weight,
        pace=pace_of(content.seconds, sum(map(len, given.values()))),
    )


def envelope_bytes(units: Sequence[int], box: bytes) -> bytes:
    """The units that a box rates, which nobody but the tray needs to know, followed by the box."""
    named = [*units[:UNITS_IN_ENVELOPE], *([0] * (UNITS_IN_ENVELOPE - len(units)))]
    return b"".join(unit.to_bytes(_UNIT_BYTES, "big") for unit in named) + box


def envelope_parts(raw: bytes) -> tuple[list[int], bytes]:
    """The units and the box of an envelope."""
    end = UNITS_IN_ENVELOPE * _UNIT_BYTES
    named = (int.from_bytes(raw[at : at + _UNIT_BYTES], "big") for at in range(0, end, _UNIT_BYTES))
    return [unit for unit in named if unit], raw[end:]
