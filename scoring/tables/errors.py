"""Errors: the sampling error by formula beside the one by resampling."""

from statistics import median

from django.utils.translation import gettext as _

from ddci.templatetags.ddci_format import write_number
from scoring.selectors.diagnostics import BlockFacts, Facts
from scoring.sentences import fault_sentence
from scoring.tables.section import NONE, OK, WARN, Column, Mark, Plot, PlotRow, Section, Table, counted, listed, top

AGREE = 0.2


def errors(block: BlockFacts) -> Section | None:
    """Standard errors by formula and by resampling."""
    facts = block.part("errors")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("errors", fault_sentence(facts["missing"]), NONE)
    rows = [_ratio(block, facts, place, unit) for place, unit in block.ranked]
    rows = [row for row in rows if row["ratio"] is not None]
    if not rows:
        return Section("errors", _("There are no errors by formula to compare with."), NONE)
    off = [row["name"] for row in rows if row["off"]]
    columns = (
        Column("unit", _("Code")),
        Column("name", _("Unit")),
        Column("n", _("Ratings"), "count"),
        Column("linearised", _("Error by formula"), "number", 3),
        Column("bootstrap", _("Error by resampling"), "number", 3),
        Column("ratio", _("Ratio"), "number"),
    )
    missed = f"{write_number(facts['unmet'], 0)} / {write_number(facts['replicates'], 0)}"
    return Section(
        key="errors",
        finding=_errors_finding([row["ratio"] for row in rows], off),
        state=WARN if off else OK,
        table=Table(columns, [tuple(row[column.key] for column in columns) for row in rows]),
        plot=_errors_plot(rows),
        n=len(rows),
        stats=((_("Draws that missed a margin"), missed),),
    )


def _ratio(block: BlockFacts, facts: Facts, place: int, unit: Facts) -> Facts:
    linear, drawn = facts["linear"][place], facts["bootstrap"][place]
    ratio = linear / drawn if linear and drawn else None
    return {
        "unit": unit["unit"],
        "name": block.unit(unit["unit"]),
        "n": unit["n"],
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
