"""Results as plain sentences, for pages and PDFs alike, in the active language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ddci.templatetags.ddci_format import ABSENT, RANGE, percent, signed, write_number
from reports.selectors.own_index import OwnIndex
from reports.selectors.ranking import Block, Change, Parts, Ranking, Row
from reports.selectors.unit_page import IndicatorRow, ProfileRow, UnitResult, Year
from scoring.enums import ScoreStatus
from scoring.selectors.firmness import Firmness
from surveys.enums import LineageKind, Statistic

NAMES_IN_A_SENTENCE = 6
TYPICAL_WEIGHT = 0.1
WIDE, FEW_UNITS = 3, 3  # a range over more than a third of the table is wide; tables of fewer units are too short
NOTICEABLE_EFFECT = 1.05
VISIBLE, LEAST_P = 0.005, 0.001


def points(value: float | None) -> str:
    """A score or sub-index score: 68,25."""
    return write_number(value, 2)


def interval(low: float | None, high: float | None) -> str:
    """The ends of an interval: 66,1–70,4; a dash if there is none."""
    if low is None or high is None:
        return ABSENT
    return f"{write_number(low, 1)}{RANGE}{write_number(high, 1)}"


def ranks(low: int | None, high: int | None) -> str:
    """3–9, or 3 where both ends agree."""
    if low is None or high is None:
        return ABSENT
    return str(low) if low == high else f"{low}{RANGE}{high}"


def joined(names: Sequence[str], limit: int = NAMES_IN_A_SENTENCE) -> str:
    """A, B and C; beyond the limit the rest is counted: A, B and 7 others."""
    shown, rest = list(names[:limit]), len(names) - limit
    if rest > 0:
        others = ngettext("%(count)s other unit", "%(count)s other units", rest) % {"count": rest}
        shown = [*shown, others]
    if len(shown) < 2:
        return "".join(shown)
    return _("%(names)s and %(last)s") % {"names": ", ".join(shown[:-1]), "last": shown[-1]}


# --- league tables ---------------------------------------------------------------------------------------------------


def finding(tables: Ranking) -> str:
    """The finding of a release in one sentence, for its title."""
    leading = [block for block in tables.blocks if block.rows]
    if not leading:
        return _("No unit could be ranked")
    if len(leading) == 1:
        return block_finding(leading[0])
    names = joined([row.name for block in leading for row in block.rows if row.rank == 1])
    return _("%(names)s lead their league tables") % {"names": names}


def block_finding(block: Block) -> str:
    """The finding of one league table: who leads, and whether that can be told."""
    if not block.rows:
        return _("No unit of this block could be ranked")
    first = [row for row in block.rows if row.rank == 1]
    if len(first) > 1:
        return _("%(names)s share first place") % {"names": joined([row.name for row in first])}
    leader, rivals = first[0], len(first[0].tied_with)
    if not rivals:
        return _("%(name)s leads, clear of all others") % {"name": leader.name}
    if rivals == len(block.rows) - 1:
        return _("%(name)s has the highest score, but no unit can be told apart from it") % {"name": leader.name}
    return ngettext(
        "%(name)s leads, but %(count)s unit cannot be told apart from it",
        "%(name)s leads, but %(count)s units cannot be told apart from it",
        rivals,
    ) % {"name": leader.name, "count": rivals}


def how_to_read(tables: Ranking) -> list[str]:
    """How ranges and brackets of a league table are read."""
    sure = percent(tables.scale.confidence)
    return [
        _(
            "Each score comes from a sample of businesses, so another sample would give a slightly different one. The "
            "bar shows where the score lies with %(confidence)s confidence; the rank range shows, for all units of a "
            "table together, which ranks are possible."
        )
        % {"confidence": sure},
        _(
            "A bracket joins neighbours no two of which can be told apart: within it, the order says nothing. Units of "
            "different brackets may also be too close to call; the rank range decides."
        ),
    ]


def status_sentence(row: Row) -> str:
    """Why a unit has no rank; empty for a ranked one."""
    if row.status == ScoreStatus.INSUFFICIENT:
        return _("Insufficient data: %(reason)s") % {"reason": row.reason}
    if row.status == ScoreStatus.WITHHELD:
        return _("Withheld: %(reason)s") % {"reason": row.reason}
    return ""


# --- one unit --------------------------------------------------------------------------------------------------------


def range_sentence(unit: UnitResult) -> str:
    """Rank with both its ranges: of the unit alone, and of all units of the table at once."""
    row = unit.row
    facts: dict[str, object] = {"units": len(unit.block.rows), "rank": row.rank}
    if not row.ranked:
        return status_sentence(row)
    if row.marginal_low is None or row.marginal_high is None:
        return _("Rank %(rank)s of %(units)s.") % facts
    facts |= {"low": row.marginal_low, "high": row.marginal_high, "confidence": percent(unit.scale.confidence)}
    if row.marginal_low == row.marginal_high:
        return _("Rank %(rank)s of %(units)s, and with %(confidence)s confidence no other rank is possible.") % facts
    if row.rank_low is None or (row.rank_low, row.rank_high) == (row.marginal_low, row.marginal_high):
        return (
            _("Rank %(rank)s of %(units)s. With %(confidence)s confidence its rank lies between %(low)s and %(high)s.")
            % facts
        )
    facts |= {"first": row.rank_low, "last": row.rank_high}
    return (
        _(
            "Rank %(rank)s of %(units)s. With %(confidence)s confidence its rank lies between %(low)s and %(high)s, "
            "or between %(first)s and %(last)s if all units are looked at together."
        )
        % facts
    )


def score_sentence(unit: UnitResult) -> str:
    """The score with its interval and the number of ratings."""
    row = unit.row
    facts = {"score": points(row.total), "interval": interval(row.low, row.high), "n": write_number(row.n, 0)}
    if not row.ranked:
        return ngettext("%(n)s rating.", "%(n)s ratings.", row.n) % facts
    facts["confidence"] = percent(unit.scale.confidence)
    if row.low is None:
        return _("%(score)s points from %(n)s ratings.") % facts
    return _("%(score)s points, %(interval)s with %(confidence)s confidence, from %(n)s ratings.") % facts


def width_sentence(unit: UnitResult) -> str:
    """Why a wide rank range is wide; empty for one that covers at most a third of the table."""
    row, units = unit.row, len(unit.block.rows)
    if row.rank_low is None or row.rank_high is None or units < FEW_UNITS:
        return ""
    if (row.rank_high - row.rank_low + 1) * WIDE <= units:
        return ""
    effective = unit.block.firmness.effective.get(row.code)
    facts = {"n": write_number(row.n, 0)}
    because = ngettext(
        "This range is wide: it rests on %(n)s rating.", "This range is wide: it rests on %(n)s ratings.", row.n
    )
    said = [because % facts]
    if effective and row.n / effective >= NOTICEABLE_EFFECT:
        facts |= {"effective": write_number(effective, 0), "effect": write_number(row.n / effective, 2)}
        said.append(
            _(
                "As businesses count with different weights, these tell as much as %(effective)s of equal weight "
                "(design effect %(effect)s)."
            )
            % facts
        )
    said.append(_("Four times as many ratings would make the interval of the score about half as long."))
    return " ".join(said)


def weights_sentence(unit: UnitResult) -> str:
    """Between which ranks the unit stays under other weights; empty where that is not known."""
    firmness = unit.block.firmness
    found = firmness.weightings.get(unit.row.code)
    if found is None:
        return ""
    low, high = found
    facts = {"draws": write_number(firmness.draws, 0), "coverage": percent(firmness.coverage), "low": low, "high": high}
    if low == high:
        return _("Under %(draws)s random weightings it keeps rank %(low)s in at least %(coverage)s of them.") % facts
    return (
        _("Under %(draws)s random weightings its rank lies between %(low)s and %(high)s in %(coverage)s of them.")
        % facts
    )


def tied_sentence(unit: UnitResult) -> str:
    """Which units cannot be told apart from this one."""
    if not unit.row.ranked:
        return ""
    if not unit.tied_with:
        return _("It can be told apart from every other unit.")
    names = joined([row.name for row in unit.tied_with])
    return _("It cannot be told apart from %(names)s.") % {"names": names}


def change_sentence(change: Change | None, level: float = 0.05) -> str:
    """The change since an earlier edition and its test; empty if there is nothing to compare."""
    if change is None:
        return ""
    facts: dict[str, str | int] = {
        "change": signed(change.difference, 2),
        "year": change.year,
        "low": signed(change.low, 1),
        "high": signed(change.high, 1),
        "tests": change.tests,
        "p": _p_words(change.p),
    }
    if change.low is None:
        return _("%(change)s points since %(year)s.") % facts
    if not change.certain:
        return _("%(change)s points since %(year)s (%(low)s to %(high)s): may be chance.") % facts
    if change.p is None:
        return _("%(change)s points since %(year)s (%(low)s to %(high)s): a change beyond chance.") % facts
    if change.p < level:
        return (
            _(
                "%(change)s points since %(year)s (%(low)s to %(high)s): a change beyond chance, also when the changes "
                "of all %(tests)s units are tested together (Holm, p %(p)s)."
            )
            % facts
        )
    return (
        _(
            "%(change)s points since %(year)s (%(low)s to %(high)s): beyond chance when looked at alone, but not when "
            "the changes of all %(tests)s units are tested together (Holm, p %(p)s)."
        )
        % facts
    )


def _p_words(p: float | None) -> str:
    """= 0,012, or < 0,001."""
    return f"< {write_number(LEAST_P, 3)}" if p is not None and p < LEAST_P else f"= {write_number(p, 3)}"


def parts_sentence(parts: Parts | None) -> str:
    """What a change is made of; where the yardstick moved, also that it cannot be tested. Empty if not known."""
    if parts is None:
        return ""
    facts = {name: signed(getattr(parts, name), 2) for name in ("values", "goalposts", "weights", "difference")}
    facts["year"] = str(parts.year)
    said = [
        _(
            "Of the difference of %(difference)s points to %(year)s, %(values)s come from the unit's own values, "
            "%(goalposts)s from moved goalposts and %(weights)s from other weights and means."
        )
        % facts
    ]
    if abs(parts.adjustment) >= VISIBLE:
        facts["adjustment"] = signed(parts.adjustment, 2)
        said.append(_("Bonus and penalty points make up %(adjustment)s.") % facts)
    if not parts.same:
        said.append(_("As the two editions do not share a yardstick, the difference is not tested."))
    return " ".join(said)


def cost_sentence(unit: UnitResult, count: int = 3) -> str:
    """What cost the unit most."""
    losses = unit.losses[:count]
    if not losses:
        return ""
    parts = [_("%(name)s (%(lost)s points)") % {"name": item.name, "lost": points(item.lost)} for item in losses]
    return _("Most points were lost on %(parts)s.") % {"parts": joined(parts)}


def strength_sentence(unit: UnitResult, count: int = 3) -> str:
    """Where the unit stands furthest above the median of its block."""
    strengths = unit.strengths[:count]
    if not strengths:
        return _("No sub-index stands above the median of its block.")
    parts = [strength(row) for row in strengths]
    return _("Furthest above the median: %(parts)s.") % {"parts": joined(parts)}


def strength(row: ProfileRow) -> str:
    """A sub-index with its lead over the median: Minh bạch (+0,82)."""
    return f"{row.column.name} ({signed(row.ahead, 2)})"


def trend_sentence(years: Sequence[Year]) -> str:
    """Which years can be compared with each other."""
    if len(years) < 2:
        return ""
    if all(year.comparable for year in years):
        return _(
            "The same indicators, weights and goalposts were used in all years shown, so the scores can be compared."
        )
    return _(
        "Indicators, weights or goalposts differ between the years: scores of years drawn hollow cannot be compared "
        "with this one, ranks only with care."
    )


def break_sentence(unit: UnitResult) -> str:
    """Why the history begins where it does; empty for an unbroken life."""
    if unit.broken_on is None:
        return ""
    facts = {"year": unit.broken_on.year}
    if unit.broken_by == LineageKind.MERGED:
        return _("The unit was formed by a merger in %(year)s; earlier results belong to other units.") % facts
    return _("The unit was divided in %(year)s; earlier results belong to another unit.") % facts


# --- other weights ----------------------------------------------------------------------------------------------------


def own_shift_phrase(count: int) -> str:
    """How many units move under a reader's weights, with places for %(count)s and %(all)s."""
    if not count:
        return _("With these weights no unit changes its rank.")
    return ngettext(
        "With these weights %(count)s of %(all)s units changes its rank.",
        "With these weights %(count)s of %(all)s units change their rank.",
        count,
    )


def own_farthest_phrase() -> str:
    """Which unit moves most, with places for %(name)s, %(from)s and %(to)s."""
    return _("%(name)s moves most: officially rank %(from)s, here rank %(to)s.")


def own_moved(own: OwnIndex) -> str:
    """What a reader's weights do to the ranking."""
    facts: dict[str, object] = {"count": len(own.moved), "all": len(own.block.rows)}
    said = own_shift_phrase(len(own.moved)) % facts
    if own.farthest is None:
        return said
    facts = {"name": own.farthest.row.name, "from": own.farthest.row.rank, "to": own.farthest.rank}
    return f"{said} {own_farthest_phrase() % facts}"


def weightings_note(firmness: Firmness) -> str:
    """How the ranks over drawn weights came about; empty where there are none."""
    if not firmness.weightings:
        return ""
    moves = (TYPICAL_WEIGHT * (1 - TYPICAL_WEIGHT) / (firmness.concentration + 1)) ** 0.5
    facts = {
        "draws": write_number(firmness.draws, 0),
        "weight": percent(TYPICAL_WEIGHT),
        "moves": write_number(100 * moves, 0),
        "coverage": percent(firmness.coverage),
    }
    return (
        _(
            "Ranks by random weights: all weights were drawn %(draws)s times around the official ones (a weight of "
            "%(weight)s typically moves by %(moves)s percentage points). The range holds %(coverage)s of the ranks "
            "that came out. It says how much a rank owes to the weights, not how sure the scores are."
        )
        % facts
    )


# --- indicators ------------------------------------------------------------------------------------------------------


def measured(item: IndicatorRow, value: float | None) -> str:
    """A value of an indicator in its own unit: 62,4%, 7 ngày, 3,12."""
    if value is None:
        return ABSENT
    if item.statistic == Statistic.SHARE:
        return percent(value, 1)
    places = 1 if item.statistic == Statistic.MEDIAN else 2
    text = write_number(value, places)
    text = text.removesuffix(",0").removesuffix(".0") if places == 1 else text
    if item.measure in {"", "%"}:
        return f"{text}{item.measure}"
    return f"{text} {item.measure}"


def statistic_name(item: IndicatorRow) -> str:
    """What the measured value is, in two words."""
    names = {
        Statistic.MEAN: pgettext("statistic", "mean"),
        Statistic.SHARE: pgettext("statistic", "share of answers"),
        Statistic.MEDIAN: pgettext("statistic", "median"),
        Statistic.VALUE: pgettext("statistic", "recorded value"),
    }
    return names[Statistic(item.statistic)]


def counted(item: IndicatorRow) -> str:
    """The number an indicator stands on: answers, or dossiers of administrative records."""
    text = write_number(item.n, 0)
    if item.hard and not item.n:
        return ABSENT
    if item.hard:
        return ngettext("%(count)s dossier", "%(count)s dossiers", item.n) % {"count": text}
    return ngettext("%(count)s answer", "%(count)s answers", item.n) % {"count": text}
