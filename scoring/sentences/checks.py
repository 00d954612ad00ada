"""What an approver should look at before giving a verdict: each check green, or amber with its reason."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from ddci.templatetags.ddci_format import write_number
from scoring.enums import ScoreStatus
from scoring.models import ScoringRun
from scoring.selectors.names import EditionNames
from scoring.selectors.run_page import BlockPage, IndicatorLine, ScoreRow
from scoring.sentences.notices import notice_sentence

MUCH_WEIGHTING = 2.0
RELIABLE = 0.7
WIDE = 1 / 3
FAR_FROM_NOMINAL = 0.1
TOLD_ELSEWHERE = frozenset({"unit_insufficient"})
Check = dict[str, str]


def run_checks(
    run: ScoringRun, blocks: Sequence[BlockPage], names: EditionNames, same: Sequence[ScoringRun]
) -> list[Check]:
    """All checks of a complete run; `same` are other complete runs of the same dataset, recipe and seed."""
    found = [_weights(blocks[0]), *_goalposts(run)] if blocks else []
    for block in blocks:
        found += [_units(block), *_reliability(block), _ranks(block), *_edges(block), *_indicators(block)]
        found += [_warn(text, block.name) for text in _notices(block, names)]
    return [*found, *_repeats(run, same)]


def _ok(title: str, reason: str = "") -> Check:
    return {"state": "ok", "title": title, "reason": reason}


def _warn(title: str, reason: str = "") -> Check:
    return {"state": "warn", "title": title, "reason": reason}


def _weights(block: BlockPage) -> Check:
    facts = block.facts["weights"]
    words = {
        "n": write_number(facts["respondents"], 0),
        "kish": write_number(facts["kish_n"], 0),
        "effect": write_number(facts["design_effect"], 2),
    }
    reason = _("%(n)s responses are worth %(kish)s of equal weight (design effect %(effect)s).") % words
    if facts["design_effect"] > MUCH_WEIGHTING:
        return _warn(_("Weighting costs more than half of the precision."), reason)
    return _ok(_("Weighting costs little precision."), reason)


def _goalposts(run: ScoringRun) -> Iterator[Check]:
    normalise = run.recipe.content["normalise"]
    if normalise["method"] == "minmax" and normalise["goalposts"] == "edition":
        reason = _(
            "The weakest and the best unit set the scale, so noise alone spreads the scores and one outlier can set the"
            " scale for all. Compare with a run on fixed goalposts."
        )
        yield _warn(_("Goalposts come from the units of this edition."), reason)


def _units(block: BlockPage) -> Check:
    words = {"block": block.name, "ranked": len(block.ranked), "all": len(block.rows)}
    title = _("%(block)s: %(ranked)s of %(all)s units have a rank.") % words
    insufficient = [row for row in block.rows if row.score.status == ScoreStatus.INSUFFICIENT]
    withheld = [row for row in block.rows if row.score.status == ScoreStatus.WITHHELD]
    reasons = []
    if insufficient:
        reasons.append(_("Too little data: %(units)s.") % {"units": _listed(insufficient)})
    if withheld:
        reasons.append(_("Withheld: %(units)s.") % {"units": _listed(withheld)})
    return _warn(title, " ".join(reasons)) if reasons else _ok(title)


def _listed(rows: Sequence[ScoreRow]) -> str:
    return ", ".join(f"{row.name} (n = {write_number(row.score.n, 0)})" for row in rows)


def _reliability(block: BlockPage) -> Iterator[Check]:
    value = block.facts["signal_reliability"]
    if value is None:
        return
    share = write_number(max(value, 0.0) * 100, 0)
    title = _("%(block)s: %(share)s%% of the spread between units is signal.") % {"block": block.name, "share": share}
    if value < RELIABLE:
        yield _warn(title, _("The rest is sampling noise; more ratings per unit or fixed goalposts would help."))
    else:
        yield _ok(title, _("The rest is sampling noise."))


def _ranks(block: BlockPage) -> Check:
    widths = [row.width for row in block.ranked if row.width]
    if not widths:
        return _warn(_("%(block)s: there are no rank ranges.") % {"block": block.name})
    middle = median(widths)
    words = {"block": block.name, "width": write_number(middle, 0), "all": len(block.ranked)}
    title = _("%(block)s: the median rank range covers %(width)s of %(all)s ranks.") % words
    if middle > max(WIDE * len(block.ranked), 1):
        return _warn(title, _("Neighbours can hardly be told apart; show the ranges wherever ranks are shown."))
    return _ok(title)


def _edges(block: BlockPage) -> Iterator[Check]:
    """Intervals that cannot be taken at face value."""
    pinned = [row for row in block.ranked if row.score.se == 0]
    if pinned:
        reason = _(
            "They set goalposts on every indicator with sampling error, so their points do not move with the sample:"
            " %(units)s."
        ) % {"units": _listed(pinned)}
        yield _warn(_("%(block)s: some intervals have no width.") % {"block": block.name}, reason)
    low, high = block.scale
    beyond = [row for row in block.ranked if _outside(row, low, high)]
    if beyond:
        words = {"low": write_number(low, 0), "high": write_number(high, 0), "units": _listed(beyond)}
        reason = _("An interval reaches below %(low)s or above %(high)s points: %(units)s.") % words
        yield _warn(_("%(block)s: some intervals reach beyond the scale.") % {"block": block.name}, reason)


def _outside(row: ScoreRow, low: float, high: float) -> bool:
    ends = (row.score.low, row.score.high)
    return any(end is not None and not low <= end <= high for end in ends)


def _indicators(block: BlockPage) -> Iterator[Check]:
    against = [line for line in block.indicators if line.correlation is not None and line.correlation < 0]
    if against:
        title = _("%(block)s: indicators run against their own sub-index.") % {"block": block.name}
        yield _warn(title, ", ".join(map(_with_correlation, against)))
    elif block.indicators:
        yield _ok(_("%(block)s: every indicator goes along with its sub-index.") % {"block": block.name})
    far = [
        line
        for line in block.sub_indices
        if line.nominal is not None
        and line.effective is not None
        and abs(line.nominal - line.effective) > FAR_FROM_NOMINAL
    ]
    if far:
        title = _("%(block)s: sub-indices decide more or less than their weight says.") % {"block": block.name}
        shares = (f"{line.name} ({_percent(line.nominal)} → {_percent(line.effective)})" for line in far)
        yield _warn(title, ", ".join(shares))


def _with_correlation(line: IndicatorLine) -> str:
    return f"{line.code} {line.name} ({write_number(line.correlation, 2)})"


def _percent(value: float | None) -> str:
    return f"{write_number((value or 0.0) * 100, 0)}%"


def _notices(block: BlockPage, names: EditionNames) -> list[str]:
    warnings: list[dict[str, Any]] = block.facts["warnings"]
    return [notice_sentence(notice, names.all) for notice in warnings if notice["code"] not in TOLD_ELSEWHERE]


def _repeats(run: ScoringRun, same: Sequence[ScoringRun]) -> Iterator[Check]:
    for other in same:
        words = {"number": other.number}
        if other.result_sha256 == run.result_sha256:
            yield _ok(_("Run %(number)s with the same input has the same hash.") % words)
        else:
            reason = _("Withheld units or earlier editions changed in between, or the stored result is damaged.")
            yield _warn(_("Run %(number)s with the same input has another hash.") % words, reason)
