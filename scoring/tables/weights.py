"""Weights: what weighting costs, how the sample meets the population, how far weights are apart."""

from itertools import pairwise

from django.utils.translation import gettext as _

from ddci.templatetags.ddci_format import write_number
from scoring.selectors.diagnostics import BlockFacts, Facts
from scoring.tables.section import (
    NONE,
    OK,
    WARN,
    Column,
    Mark,
    Plot,
    PlotRow,
    Section,
    Span,
    Table,
    counted,
    percent,
    top,
)

MUCH_WEIGHTING = 2.0
MET = 0.001
WIDE = 3.0


def weighting(block: BlockFacts) -> Section:
    """Kish's effective number, the design effect, extremes, trimming, convergence."""
    facts = block.run["weights"]
    words = {
        "n": write_number(facts["respondents"], 0),
        "kish": write_number(facts["kish_n"], 0),
        "effect": write_number(facts["design_effect"], 2),
    }
    finding = _("%(n)s responses are worth %(kish)s responses of equal weight (design effect %(effect)s).") % words
    finding = f"{finding} {_convergence(facts)}".strip()
    rows = [
        PlotRow(label, write_number(value, 0), (Span("bar", 0, value),))
        for label, value in (
            (_("Responses"), facts["respondents"]),
            (_("Worth, before weighting to margins"), facts["base_kish_n"]),
            (_("Worth, with the weights used"), facts["kish_n"]),
        )
    ]
    return Section(
        key="weighting",
        finding=finding,
        state=WARN if (facts["design_effect"] or 0) > MUCH_WEIGHTING else OK,
        plot=Plot(0, facts["respondents"] or 1, rows),
        table=_measures(facts),
        n=block.responses,
    )


def _convergence(facts: Facts) -> str:
    if not facts["iterations"]:
        return ""
    words = {"rounds": write_number(facts["iterations"], 0), "held": write_number(facts["trimmed"], 0)}
    return _("The margins were met after %(rounds)s rounds; %(held)s weights are held at a bound.") % words


def _measures(facts: Facts) -> Table:
    named = {
        "respondents": _("Responses"),
        "population": _("Businesses that they stand for"),
        "kish_n": _("Effective number (Kish)"),
        "base_kish_n": _("Effective number before weighting to margins"),
        "design_effect": _("Design effect"),
        "lowest": _("Smallest weight"),
        "median": _("Median weight"),
        "highest": _("Largest weight"),
        "trimmed": _("Weights held at a bound"),
        "iterations": _("Rounds until the margins were met"),
        "worst_margin_gap": _("Largest distance from a margin, as a share"),
    }
    columns = (Column("measure", _("Measure")), Column("key", "", "key"), Column("value", _("Value"), "number", 4))
    return Table(columns, [(label, key, facts[key]) for key, label in named.items()])


def margins(block: BlockFacts) -> Section | None:
    """Every level of every margin: share of the sample, of the weighted sample, of the population."""
    rows = [row | _shares(row, block.run["margins"]) for row in block.run["margins"]]
    if not rows:
        return None
    far = max(rows, key=lambda row: abs(row["share_before"] - row["share"]))
    off = max(abs(row["share_after"] - row["share"]) for row in rows)
    words = {
        "level": block.names.level(far["margin"], far["level"]),
        "field": block.names.fields.get(far["margin"], far["margin"]),
        "before": percent(far["share_before"], 1),
        "population": percent(far["share"], 1),
        "after": percent(far["share_after"], 1),
    }
    return Section(
        key="margins",
        finding=_(
            "Farthest from the population is “%(level)s” (%(field)s): %(before)s of the responses, %(population)s of"
            " all businesses; after weighting %(after)s."
        )
        % words,
        state=WARN if off > MET else OK,
        plot=_margin_plot(block, rows),
        table=_margin_table(block, rows),
        n=block.responses,
    )


def _shares(row: Facts, rows: list[Facts]) -> Facts:
    """Shares of one level within its margin."""
    same = [each for each in rows if each["margin"] == row["margin"]]
    sums = {name: sum(each[name] for each in same) or 1.0 for name in ("before", "after", "population")}
    return {
        "share_before": row["before"] / sums["before"],
        "share_after": row["after"] / sums["after"],
        "share": row["population"] / sums["population"],
    }


def _margin_plot(block: BlockFacts, rows: list[Facts]) -> Plot:
    lines = [
        PlotRow(
            label=block.names.level(row["margin"], row["level"]),
            figure=f"{percent(row['share_before'], 1)} → {percent(row['share_after'], 1)}",
            note=counted(row["respondents"]),
            group=str(block.names.fields.get(row["margin"], row["margin"])),
            spans=(Span("way", row["share_before"], row["share_after"]),),
            marks=(Mark("tick", row["share"]), Mark("ring", row["share_before"]), Mark("dot", row["share_after"])),
        )
        for row in rows
    ]
    legend = (("ring", _("before weighting")), ("dot", _("after weighting")), ("tick", _("population")))
    high = top([row[name] for row in rows for name in ("share", "share_before", "share_after")], 0.1)
    return Plot(0, high, lines, legend, percent=True)


def _margin_table(block: BlockFacts, rows: list[Facts]) -> Table:
    columns = (
        Column("margin", _("Question")),
        Column("level", _("Level")),
        Column("respondents", _("Responses"), "count"),
        Column("before", _("Weighted before"), "count"),
        Column("after", _("Weighted after"), "count"),
        Column("population", _("Population"), "count"),
        Column("share_before", _("Share before"), "percent", 1),
        Column("share_after", _("Share after"), "percent", 1),
        Column("share_population", _("Share of the population"), "percent", 1),
    )
    lines = [
        (
            block.names.fields.get(row["margin"], row["margin"]), block.names.level(row["margin"], row["level"]),
            row["respondents"], row["before"], row["after"], row["population"], row["share_before"],
            row["share_after"], row["share"],
        )
        for row in rows
    ]  # fmt: skip
    return Table(columns, lines)


def distribution(block: BlockFacts) -> Section | None:
    """How many responses have which weight."""
    facts = block.known("weights")
    if facts is None:
        return None
    ends = [0.0, *facts["bounds"], None]
    bins = list(zip(pairwise(ends), facts["counts"], strict=True))
    heavy = sum(n for (low, _high), n in bins if low is not None and low >= WIDE)
    n = sum(facts["counts"])
    words = {"heavy": write_number(heavy, 0), "n": write_number(n, 0), "share": percent(heavy / (n or 1), 1)}
    finding = _("%(heavy)s of %(n)s responses (%(share)s) weigh more than three times the median.") % words
    columns = (
        Column("above", _("Above, in medians"), "number"),
        Column("up_to", _("Up to, in medians"), "number"),
        Column("responses", _("Responses"), "count"),
    )
    rows = [PlotRow(_bin(low, high), write_number(count, 0), (Span("bar", 0, count),)) for (low, high), count in bins]
    return Section(
        key="distribution",
        finding=finding if n else _("There are no weights."),
        state=NONE if not n else WARN if heavy / n > 0.05 else OK,
        plot=Plot(0, max(facts["counts"]) or 1, rows),
        table=Table(columns, [(low, high, count) for (low, high), count in bins]),
        n=n,
    )


def _bin(low: float | None, high: float | None) -> str:
    if high is None:
        return _("more than %(low)s medians") % {"low": _short(low)}
    return _("%(low)s to %(high)s medians") % {"low": _short(low), "high": _short(high)}


def _short(value: float | None) -> str:
    """0, 0,25, 1,5: no more decimals than the bound has."""
    return write_number(value, len(f"{value:g}".partition(".")[2]))
