"""How a release was computed, in words and tables made from its recipe and its run: nothing is written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import in_language
from reports.selectors import method_words as words
from reports.selectors.publications import PublicationFacts, facts_of
from reports.selectors.scale import Scale, scale_of
from reports.selectors.words import band_name
from scoring.engine.recipe import minimum_n
from scoring.enums import ScoreStatus, Verdict
from scoring.models import Publication, RunApproval, Score, ScoringRun
from scoring.selectors.exclusions import BothInBlock, RunExclusions, run_exclusions
from scoring.sentences.channels import channel_sentences
from scoring.sentences.exclusions import exclusion_sentences, shift_sentence
from surveys.models import Block, BlockUnit, Indicator, ProfileField, SubIndex


@dataclass(frozen=True)
class Step:
    """One verb of the method, in sentences."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class MethodIndicator:
    """An indicator as the recipe uses it. `low` and `high` are its goalposts in this run (None: not known)."""

    code: str
    name: str
    hard: bool
    measure: str
    how: str
    higher_is_better: bool
    share: float
    minimum_n: int
    low: float | None
    high: float | None
    statistic: str
    basis: str


@dataclass(frozen=True)
class MethodSubIndex:
    """A sub-index with its share of the total and its indicators, each with its share of the sub-index."""

    code: str
    name: str
    meaning: str
    weight: float
    effective_weight: float | None
    indicators: tuple[MethodIndicator, ...]


@dataclass(frozen=True)
class MethodBlock:
    """What one block was scored from. By Kish, `effective_n` unweighted businesses would be as precise."""

    code: str
    name: str
    ranked: int
    insufficient: int
    withheld: int
    ratings: int
    respondents: int | None
    effective_n: float | None
    design_effect: float | None
    signal_reliability: float | None
    sub_indices: tuple[MethodSubIndex, ...]


@dataclass(frozen=True)
class MarginRow:
    """One level of a population margin: its share in the population, among the responses, and after weighting."""

    margin: str
    level: str
    respondents: int
    population: float
    before: float
    after: float


@dataclass(frozen=True)
class Band:
    """A band and the lowest score it holds (None: everything below)."""

    code: str
    name: str
    starts: float | None


@dataclass(frozen=True)
class Methodology:
    facts: PublicationFacts
    scale: Scale
    seed: int
    approved_at: datetime | None
    steps: tuple[Step, ...]
    bands: tuple[Band, ...]
    margins: tuple[MarginRow, ...]
    blocks: tuple[MethodBlock, ...]
    adjustments: tuple[str, ...]
    exclusions: RunExclusions | None
    shifts: tuple[tuple[BothInBlock, str], ...]


Content = Mapping[str, Any]


def methodology(publication: Publication) -> Methodology:
    """How a release was computed, in the active language. A constant number of queries."""
    recipe: Content = publication.run.recipe.content
    diagnostics = ScoringRun.objects.filter(pk=publication.run_id).values_list("diagnostics", flat=True).get()
    found: Content = diagnostics.get("blocks", {})
    fields = {field.code: field for field in ProfileField.objects.filter(edition_id=publication.edition_id)}
    scale = scale_of(recipe)
    exclusions = _exclusions(publication, diagnostics)
    return Methodology(
        facts=facts_of(publication),
        scale=scale,
        seed=publication.run.seed,
        approved_at=_approved_at(publication),
        steps=(
            Step(
                str(words.CLEAN),
                (*channel_sentences(diagnostics.get("inputs", {})), *exclusion_sentences(exclusions)),
            ),
            *_steps(
                recipe, scale, [fields[code].text if code in fields else code for code in recipe["weight"]["margins"]]
            ),
        ),
        bands=tuple(Band(item["code"], band_name(item["code"]), item["from"]) for item in recipe["rank"]["bands"]),
        margins=_margins(recipe, found, fields),
        blocks=_blocks(publication, recipe, found),
        adjustments=tuple(words.adjustment(item) for item in recipe["adjust"]["points"]),
        exclusions=exclusions,
        shifts=tuple((block, shift_sentence(block)) for block in (exclusions.blocks if exclusions else ())),
    )


def _exclusions(publication: Publication, diagnostics: Content) -> RunExclusions | None:
    """What is known of excluded responses, with the names of this edition; asks for names only where some are."""
    if not diagnostics.get("exclusions", {}).get("reasons"):
        return run_exclusions(diagnostics, {}, {})
    rated = BlockUnit.objects.filter(block__edition=publication.edition_id).select_related("block", "unit")
    rows = list(rated.order_by("block__position", "block__code", "unit__code"))
    blocks = {row.block.code: row.block.name for row in rows}
    return run_exclusions(diagnostics, blocks, {row.unit.code: row.unit.name for row in rows}, public=True)


def _approved_at(publication: Publication) -> datetime | None:
    approvals = RunApproval.objects.filter(run_id=publication.run_id, verdict=Verdict.APPROVED)
    return approvals.order_by("-at", "-id").values_list("at", flat=True).first()


def _steps(recipe: Content, scale: Scale, margins: Sequence[str]) -> tuple[Step, ...]:
    steps = [
        Step(str(title), tuple(sentences))
        for title, sentences in (
            (words.WEIGHT, words.weight(recipe["weight"], margins)),
            (words.MEASURE, words.measure(recipe["measure"])),
            (words.NORMALISE, words.normalise(recipe["normalise"])),
            (words.AGGREGATE, words.aggregate(recipe, scale)),
            (words.ADJUST, words.adjust(recipe["adjust"])),
            (words.RANK, words.rank()),
            (words.LOST, words.lost(recipe, scale)),
            (words.UNCERTAINTY, words.uncertainty(recipe)),
        )
    ]
    return tuple(step for step in steps if step.sentences)


def _margins(recipe: Content, found: Content, fields: Mapping[str, ProfileField]) -> tuple[MarginRow, ...]:
    """The margins that were met: weights describe the whole sample, so the first block's are everybody's."""
    first: Content = next(iter(found.values()), {})
    rows = [row for row in first.get("margins", []) if row["margin"] in recipe["weight"]["margins"]]
    totals: dict[tuple[str, str], float] = {}
    for row in rows:
        for column in ("population", "before", "after"):
            key = (row["margin"], column)
            totals[key] = totals.get(key, 0.0) + (row[column] or 0.0)

    def share(row: Content, column: str) -> float:
        return (row[column] or 0.0) / (totals[row["margin"], column] or 1.0)

    return tuple(
        MarginRow(
            fields[row["margin"]].text if row["margin"] in fields else row["margin"],
            _level(fields.get(row["margin"]), str(row["level"])),
            int(row["respondents"]),
            share(row, "population"),
            share(row, "before"),
            share(row, "after"),
        )
        for row in rows
    )


def _level(field: ProfileField | None, code: str) -> str:
    options = field.options if field else []
    return next((in_language(item["vi"], item["en"]) for item in options if item["code"] == code), code)


def _blocks(publication: Publication, recipe: Content, found: Content) -> tuple[MethodBlock, ...]:
    edition = publication.edition_id
    sub_indices = {item.code: item for item in SubIndex.objects.filter(edition_id=edition)}
    indicators = {item.code: item for item in Indicator.objects.filter(edition_id=edition)}
    scores = list(Score.objects.filter(run_id=publication.run_id).values_list("block_id", "status", "n"))
    blocks = Block.objects.filter(edition_id=edition, code__in=recipe["blocks"]).order_by("position", "code")
    return tuple(_block(block, recipe, found.get(block.code, {}), sub_indices, indicators, scores) for block in blocks)


def _block(
    block: Block,
    recipe: Content,
    found: Content,
    sub_indices: Mapping[str, SubIndex],
    indicators: Mapping[str, Indicator],
    scores: Sequence[tuple[int, str, int]],
) -> MethodBlock:
    parts, weights = recipe["blocks"][block.code], found.get("weights", {})
    status = [kind for key, kind, _ in scores if key == block.pk]
    effective = {item["code"]: item["effective"] for item in found.get("sub_indices", [])}
    posts = {item["indicator"]: (item["lower"], item["upper"]) for item in found.get("goalposts", [])}
    total = sum(item["weight"] for item in parts["sub_indices"]) or 1.0
    return MethodBlock(
        code=block.code,
        name=block.name,
        ranked=status.count(ScoreStatus.RANKED),
        insufficient=status.count(ScoreStatus.INSUFFICIENT),
        withheld=status.count(ScoreStatus.WITHHELD),
        ratings=sum(n for key, _, n in scores if key == block.pk),
        respondents=None if weights.get("respondents") is None else int(weights["respondents"]),
        effective_n=weights.get("kish_n"),
        design_effect=weights.get("design_effect"),
        signal_reliability=found.get("signal_reliability"),
        sub_indices=tuple(
            MethodSubIndex(
                code=item["code"],
                name=sub_indices[item["code"]].name,
                meaning=sub_indices[item["code"]].meaning,
                weight=item["weight"] / total,
                effective_weight=effective.get(item["code"]),
                indicators=_indicators(recipe, parts, item["code"], indicators, posts),
            )
            for item in parts["sub_indices"]
        ),
    )


def _indicators(
    recipe: Content,
    parts: Content,
    sub_index: str,
    known: Mapping[str, Indicator],
    posts: Mapping[str, tuple[float | None, float | None]],
) -> tuple[MethodIndicator, ...]:
    members = [item for item in parts["indicators"] if item["sub_index"] == sub_index]
    shares = _shares(members, parts.get("groups", []))
    return tuple(
        MethodIndicator(
            code=item["code"],
            name=known[item["code"]].name,
            hard=item["statistic"] == "hard",
            measure=known[item["code"]].measure,
            how=words.statistic(item["statistic"]),
            higher_is_better=item["direction"] == "positive",
            share=shares[item["code"]],
            minimum_n=minimum_n(item, int(recipe["measure"]["min_n"])),
            low=posts.get(item["code"], (None, None))[0],
            high=posts.get(item["code"], (None, None))[1],
            statistic=known[item["code"]].statistic,
            basis=known[item["code"]].basis,
        )
        for item in members
    )


def _shares(members: Sequence[Content], groups: Sequence[Content]) -> dict[str, float]:
    """Each indicator's share of its sub-index; where there are groups, within its group times the group's share."""
    weight_of = {group["code"]: group["weight"] for group in groups}
    within: dict[str, float] = {}
    for item in members:
        key = item.get("group") or item["code"]
        within[key] = within.get(key, 0.0) + item["weight"]
    # An indicator without a group stands beside the groups with its own weight.
    tops = {key: weight_of.get(key, total) for key, total in within.items()}
    whole = sum(tops.values()) or 1.0
    return {
        item["code"]: item["weight"] / within[key] * tops[key] / whole
        for item in members
        for key in [item.get("group") or item["code"]]
    }
