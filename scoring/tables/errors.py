"""Errors: the sampling error by formula beside the one by resampling."""

from statistics import median

from django.utils.translation import gettext as _

from ddci.templatetags.ddci_format import write_number
from scoring.selectors.diagnostics import BlockFacts, Facts
from scoring.sentences import fault_sentence
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
    listed,
    top,
    unit_heads,
)

AGREE = 0.2


def errors(block: BlockFacts) -> Section | None:
    """Standard errors by formula and by resampling."""
    facts = block.part("errors")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("errors", fault_sentence(facts["missing"]), NONE)
    found = [_ratio(block, facts, place, unit) for place, unit in block.ranked]
    found = [row for row in found if row["bootstrap"] is not None]
    if not found:
        return Section("errors", _("There are no errors to compare."), NONE)
    rows = [row for row in found if row["ratio"] is not None]
    if not rows:
        return _resampled(found)
    off = [row["name"] for row in rows if row["off"]]
    missed = f"{write_number(facts['unmet'], 0)} / {write_number(facts['replicates'], 0)}"
    return Section(
        key="errors",
        finding=_errors_finding([row["ratio"] for row in rows], off),
        state=WARN if off else OK,
        table=_table(rows),
        plot=_errors_plot(rows),
        n=len(rows),
        stats=((_("Draws that missed a margin"), missed),),
    )


def _resampled(rows: list[Facts]) -> Section:
    """Errors of scores that have none by formula, as those from ranks."""
    values = [row["bootstrap"] for row in rows]
    words = {
        "middle": write_number(median(values), 1),
        "low": write_number(min(values), 1),
        "high": write_number(max(values), 1),
    }
    drawn = [
        PlotRow(
            row["name"], write_number(row["bootstrap"], 2), (Span("bar", 0, row["bootstrap"]),), (), counted(row["n"])
        )
        for row in rows
    ]
    return Section(
        key="errors",
        finding=_(
            "This way of scoring has no error by formula; resampling gives %(middle)s points in the middle (%(low)s to"
            " %(high)s)."
        )
        % words,
        table=_table(rows),
        plot=Plot(0, top(values, 1), drawn, unit=_("points"), places=1),
        n=len(rows),
    )


def _table(rows: list[Facts]) -> Table:
    columns = (
        *unit_heads(),
        Column("linearised", _("Error by formula"), "number", 3),
        Column("bootstrap", _("Error by resampling"), "number", 3),
        Column("ratio", _("Ratio"), "number"),
    )
    return Table.of(columns, rows)


def _ratio(block: BlockFacts, facts: Facts, place: int, unit: Facts) -> Facts:
    linear, drawn = facts["linear"][place], facts["bootstrap"][place]
    ratio = linear / drawn if linear and drawn else None
    return block.named(unit) | {
        "linearised": linear,
        "bootstrap": drawn,
        "ratio": ratio,
        "off": ratio is not None and abs(ratio - 1) > AGREE,
    }


def _errors_finding(ratios: list[float], off: list[str]) -> str:
    words = {
        "middle": write_number(median(ratios), 2),
        "low": write_number(min(ratios), 2),
        "high": write_number(max(ratios), 2),
        "off": len(off),
        "all": len(ratios),
        "names": listed(off, 3),
    }
    said = _("The formula gives %(middle)s times the resampled error in the middle (%(low)s to %(high)s).") % words
    if not off:
        return said
    more = _("For %(off)s of %(all)s units they differ by more than a fifth: %(names)s.") % words
    return f"{said} {more}"


def _errors_plot(rows: list[Facts]) -> Plot:
    drawn = [
        PlotRow(
            label=row["name"],
            figure=write_number(row["ratio"], 2),
            marks=(Mark("dot", row["ratio"]),),
            note=counted(row["n"]),
            warn=row["off"],
        )
        for row in rows
    ]
    ratios = [row["ratio"] for row in rows]
    return Plot(min(0.5, *ratios), top(ratios, 1.5), drawn, lines=(1.0,), places=1)
