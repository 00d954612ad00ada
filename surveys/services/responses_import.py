"""Responses that were collected elsewhere (on paper, by another system): one CSV file, taken over as a whole or not.

Long: respondent, unit, question, answer. Wide: respondent, unit and one column per question. In both: the profile
questions by code, and if wanted stratum, design_weight, satisfaction and comment. `respondent` only holds the lines of
one business together; it is not kept.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.selectors import audit_of
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.answers.checks import answer_checked, comment_checked, satisfaction_checked
from surveys.answers.drafts import DraftContent
from surveys.answers.journey import answers_shown, unit_problems
from surveys.answers.questionnaire import Questionnaire
from surveys.enums import Channel, EditionState, NonAnswer, RespondentType
from surveys.models import BlockUnit, Comment, Edition, Rating, Response
from surveys.selectors.answering import questionnaire_asked
from surveys.services.editions import edition_held
from surveys.workbook.cells import CellFault, number_of
from surveys.workbook.csv_table import CsvLine, CsvTable, csv_read
from surveys.workbook.faults import Fault, FileFaults

RESPONDENT, UNIT, QUESTION, ANSWER = "respondent", "unit", "question", "answer"
SATISFACTION, COMMENT, STRATUM, WEIGHT, TYPE = "satisfaction", "comment", "stratum", "design_weight", "type"
STRATUM_LETTERS = 80
BATCH = 500


class ResponsesFaults(FileFaults):
    code = "responses_faults"
    sentence = gettext_lazy("Faults in the responses: %(count)s. Nothing was taken over.")


class AlreadyImported(NotNow):
    code = "already_imported"
    sentence = gettext_lazy("This very file has been taken over before.")


@dataclass(frozen=True)
class Imported:
    responses: int
    ratings: int


@dataclass
class _Firm:
    """The lines of one respondent, as far as they were readable."""

    line: int
    content: DraftContent = field(default_factory=lambda: DraftContent(consent=True))
    stratum: str = ""
    weight: float = 1.0
    facts: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)


@transaction.atomic
def responses_import(*, edition: Edition, table: bytes, by: User | None, now: datetime) -> Imported:
    """Take over responses from a CSV file into an open edition; they are marked as collected elsewhere.

    Raises:
        WrongState: the edition is not open.
        AlreadyImported: the same bytes were taken over before.
        ResponsesFaults: every fault at once, with row and column; nothing was saved.
    """
    locked = edition_held(edition=edition, states={EditionState.OPEN})
    note = f"SHA-256 {hashlib.sha256(table).hexdigest()}"
    if audit_of(locked.province).filter(action="responses.import", subject_id=str(locked.pk), note=note).exists():
        raise AlreadyImported
    reading = _Reading(csv_read(table, refusal=ResponsesFaults), questionnaire_asked(locked), _keys(locked))
    firms = reading.firms()
    if reading.faults:
        raise ResponsesFaults(sorted(set(reading.faults)))
    imported = _write(locked, reading.questionnaire, firms)
    audit(action="responses.import", subject=locked, by=by, now=now, province=locked.province, note=note)
    return imported


def _keys(edition: Edition) -> dict[str, int]:
    rated = BlockUnit.objects.filter(block__edition=edition).order_by("block__position", "unit__code")
    return {code: key for key, code in rated.values_list("pk", "unit__code")}


def _write(edition: Edition, questionnaire: Questionnaire, firms: list[_Firm]) -> Imported:
    responses, ratings, comments = [], [], []
    for firm in firms:
        response = Response(
            edition=edition,
            questionnaire_id=questionnaire.version,
            channel=Channel.IMPORTED,
            profile=firm.content.profile,
            stratum=firm.stratum,
            design_weight=firm.weight,
        )
        responses.append(response)
        for key in firm.content.units:
            opinion = firm.content.satisfaction.get(key)
            ratings.append(
                Rating(
                    response=response,
                    block_unit_id=key,
                    answers=firm.content.ratings.get(key, {}),
                    satisfaction=None if opinion == NonAnswer.DONT_KNOW else opinion,
                )
            )
        comments += [Comment(block_unit_id=key, text=text) for key, text in firm.content.comments.items()]
    Response.objects.bulk_create(responses, batch_size=BATCH)
    Rating.objects.bulk_create(ratings, batch_size=BATCH)
    Comment.objects.bulk_create(comments, batch_size=BATCH)
    return Imported(len(responses), len(ratings))


class _Reading:
    """Goes through the table once and keeps every fault."""

    def __init__(self, table: CsvTable, questionnaire: Questionnaire, keys: Mapping[str, int]) -> None:
        self.table, self.questionnaire, self.keys = table, questionnaire, keys
        self.faults: list[Fault] = []
        self.profile = {item.code: {code for code, _words in item.options} for item in questionnaire.profile}
        self.questions = {code for block in questionnaire.blocks for code in block.by_code}
        self.long = QUESTION in table.titles and ANSWER in table.titles

    def fault(self, row: int, title: str, sentence: str) -> None:
        self.faults.append(self.table.fault(row, title, sentence))

    def firms(self) -> list[_Firm]:
        self._titles()
        if self.faults:
            return []
        firms: dict[str, _Firm] = {}
        for line in self.table.lines:
            respondent = line.cells[RESPONDENT]
            if not respondent:
                self.fault(line.number, RESPONDENT, _("“%(column)s” must be filled in.") % {"column": RESPONDENT})
                continue
            firm = firms.setdefault(respondent, _Firm(line.number))
            self._facts(firm, line)
            self._rating(firm, line)
        if not firms and not self.faults:
            self.fault(0, "", _("The file has no responses."))
        for firm in firms.values():
            self._whole(firm)
        return list(firms.values())

    def _titles(self) -> None:
        own = {RESPONDENT, UNIT, SATISFACTION, COMMENT, STRATUM, WEIGHT, *self.profile}
        own |= {QUESTION, ANSWER} if self.long else self.questions
        for title in self.table.titles:
            if title and title not in own:
                self.fault(1, title, _("The column “%(title)s” is unknown.") % {"title": title[:60]})
        for title in (RESPONDENT, UNIT, TYPE):
            if title not in self.table.titles:
                self.fault(1, title, _("The column “%(title)s” is missing.") % {"title": title})
        if not self.long and not self.questions & set(self.table.titles):
            self.fault(1, "", _("The file has neither columns of questions nor the columns “question” and “answer”."))

    def _facts(self, firm: _Firm, line: CsvLine) -> None:
        """What is said about the business itself; each line that says it must say the same."""
        for title in (*self.profile, STRATUM, WEIGHT):
            text = line.cells.get(title, "")
            if not text:
                continue
            if firm.facts.setdefault(title, text) != text:
                facts = {"respondent": line.cells[RESPONDENT][:40], "text": firm.facts[title][:40]}
                self.fault(line.number, title, _("An earlier line of “%(respondent)s” says “%(text)s” here.") % facts)
            elif title in self.profile:
                self._band(firm, line, title, text)
            elif title == WEIGHT:
                self._weight(firm, line, text)
            elif len(text) > STRATUM_LETTERS:
                lengths = {"length": len(text), "longest": STRATUM_LETTERS}
                sentence = _("The text has %(length)s characters; at most %(longest)s are possible.") % lengths
                self.fault(line.number, title, sentence)
            else:
                firm.stratum = text

    def _band(self, firm: _Firm, line: CsvLine, title: str, text: str) -> None:
        if text in self.profile[title]:
            firm.content.profile[title] = text
        else:
            facts = {"text": text[:40], "words": ", ".join(sorted(self.profile[title]))}
            sentence = _("“%(text)s” is not possible here. Choose one of: %(words)s.") % facts
            self.fault(line.number, title, sentence)

    def _weight(self, firm: _Firm, line: CsvLine, text: str) -> None:
        try:
            firm.weight = number_of(text)
        except CellFault as fault:
            self.fault(line.number, WEIGHT, str(fault))
        if not (math.isfinite(firm.weight) and firm.weight > 0):
            self.fault(line.number, WEIGHT, _("A design weight must be above 0."))

    def _rating(self, firm: _Firm, line: CsvLine) -> None:
        code = line.cells[UNIT]
        key = self.keys.get(code)
        if key is None:
            sentence = _("The unit “%(code)s” is not rated in this edition.") % {"code": code[:40]}
            self.fault(line.number, UNIT, sentence)
            return
        repeated = key in firm.content.units
        if repeated and not self.long:
            self.fault(
                line.number, UNIT, _("This respondent has rated “%(code)s” in an earlier line.") % {"code": code}
            )
            return
        if not repeated:
            firm.content.units.append(key)
            firm.places[key, ""] = (line.number, UNIT)
        if self.long:
            self._answer(firm, line, key, line.cells[QUESTION], ANSWER)
        else:
            for question in self.table.titles:
                if question in self.questions:
                    self._answer(firm, line, key, question, question)
        self._opinion(firm, line, key)

    def _answer(self, firm: _Firm, line: CsvLine, key: int, question: str, title: str) -> None:
        raw = line.cells[title]
        item = self.questionnaire.units[key][0].by_code.get(question)
        if self.long and not question and not raw:
            return
        if item is None:
            if raw or self.long:
                facts = {"question": question[:20], "unit": line.cells[UNIT]}
                sentence = _("“%(question)s” is not asked about “%(unit)s”.") % facts
                self.fault(line.number, QUESTION if self.long else title, sentence)
            return
        if not raw:
            return
        answers = firm.content.ratings.setdefault(key, {})
        if question in answers:
            sentence = _("“%(question)s” is answered in an earlier line already.") % {"question": question}
            self.fault(line.number, QUESTION, sentence)
            return
        try:
            answers[question] = answer_checked(item, raw)
            firm.places[key, question] = (line.number, title)
        except Invalid as fault:
            self.fault(line.number, title, str(fault))

    def _opinion(self, firm: _Firm, line: CsvLine, key: int) -> None:
        opinion, comment = line.cells.get(SATISFACTION, ""), line.cells.get(COMMENT, "")
        try:
            if opinion:
                firm.content.satisfaction[key] = satisfaction_checked(opinion)
        except Invalid as fault:
            self.fault(line.number, SATISFACTION, str(fault))
        try:
            if comment:
                firm.content.comments[key] = comment_checked(comment)
        except Invalid as fault:
            self.fault(line.number, COMMENT, str(fault))

    def _whole(self, firm: _Firm) -> None:
        """What can only be said of all lines of a business together."""
        if firm.content.respondent_type not in RespondentType.values:
            if TYPE not in firm.facts:
                self.fault(firm.line, TYPE, _("“%(column)s” must be filled in.") % {"column": TYPE})
            return
        for problem in unit_problems(self.questionnaire, firm.content) if firm.content.units else []:
            self.fault(firm.line, UNIT, problem.sentence)
        for key in firm.content.units:
            for code in sorted(self._hidden(firm, key)):
                row, title = firm.places[key, code]
                facts = {"question": code}
                self.fault(row, title, _("“%(question)s” is not asked after the answers given before it.") % facts)

    def _hidden(self, firm: _Firm, key: int) -> Iterator[str]:
        shown = answers_shown(self.questionnaire.units[key][0], firm.content, key)
        return (code for code in firm.content.ratings.get(key, {}) if code not in shown)
