"""Scales: ends of a scale that hang on one unit."""

from django.utils.translation import gettext as _

from scoring.selectors.diagnostics import BlockFacts, Facts
from scoring.tables.section import NONE, OK, WARN, Column, Mark, Plot, PlotRow, Section, Table, percent

FEW_UNITS = 5
MUCH_OF_THE_SCALE = 1 / 3
# Two hundred units would lie on top of each other: dots closer than a hundredth of the scale are one.
FINE = 2


def goalposts(block: BlockFacts) -> Section | None:
    """Which ends of a scale one unit sets alone, far from all others."""
    facts = block.known("goalposts")
    if facts is None:
        return None
    if len(block.ranked) < 2:
        return Section("goalposts", _("With fewer than two ranked units there is no scale between them."), NONE)
    rows = [row for row in (_end(block, code, part) for code, part in facts.items()) if row["share"] is not None]
    if not rows:
        said = _("No unit of this edition sets the end of a scale: goalposts are fixed, from elsewhere or not used.")
        return Section("goalposts", said)
    far = [row for row in rows if row["far"]]
    columns = (
        Column("indicator", _("Indicator")),
        Column("label", _("Name")),
        Column("lower_unit", _("Lower end set by")),
        Column("lower", _("takes alone"), "percent", 0),
        Column("upper_unit", _("Upper end set by")),
        Column("upper", _("takes alone"), "percent", 0),
    )
    return Section(
        key="goalposts",
        finding=_finding(block, rows, far),
        state=WARN if far else OK,
        table=Table.of(columns, rows),
        plot=_plot(block, rows),
        n=len(block.units),
    )


def _end(block: BlockFacts, code: str, part: Facts) -> Facts:
    """One indicator: who sets its ends, and the larger of the shares that they take alone."""
    posts: Facts = next((row for row in block.run["goalposts"] if row["indicator"] == code), {})
    ends = {name: block.unit(posts.get(f"{name}_unit") or "") for name in ("lower", "upper")}
    shares = {name: part[name] for name in ends if part[name] is not None}
    worst = max(shares, key=lambda name: shares[name], default="lower")
    share = shares.get(worst)
    return {
        "indicator": code,
        "label": block.names.indicators.get(code, ""),
        "share": share,
        "far": len(block.ranked) >= FEW_UNITS and (share or 0.0) > MUCH_OF_THE_SCALE,
        "unit": ends[worst],
        "end": 0.0 if worst == "lower" else 1.0,
        "lower": part["lower"],
        "upper": part["upper"],
        "lower_unit": ends["lower"],
        "upper_unit": ends["upper"],
        "places": sorted({round(at, FINE) for at in part["places"] if at is not None}),
    }


def _finding(block: BlockFacts, rows: list[Facts], far: list[Facts]) -> str:
    worst = max(rows, key=lambda row: row["share"])
    words = {
        "number": len(far),
        "all": len(rows),
        "unit": worst["unit"],
        "indicator": block.indicator(worst["indicator"]),
        "share": percent(worst["share"]),
    }
    if far:
        return (
            _(
                "On %(number)s of %(all)s indicators one unit alone takes more than a third of the scale; the most on"
                " “%(indicator)s”: %(unit)s (%(share)s)."
            )
            % words
        )
    if len(block.ranked) < FEW_UNITS:
        return _("With fewer than five units an outlier cannot be told; the most takes %(unit)s (%(share)s).") % words
    return (
        _("No unit alone takes more than a third of a scale; the most on “%(indicator)s”: %(unit)s (%(share)s).")
        % words
    )


def _plot(block: BlockFacts, rows: list[Facts]) -> Plot:
    own = block.sub_index_of
    drawn = [
        PlotRow(
            label=block.indicator(row["indicator"]),
            figure=percent(row["share"]),
            marks=(*(Mark("peer", at) for at in row["places"]), Mark("dot", row["end"] if row["share"] else None)),
            under=row["unit"] if row["share"] else "",
            warn=row["far"],
            group=block.sub_index(own[row["indicator"]]),
        )
        for row in rows
    ]
    return Plot(0, 1, drawn, (("peer", _("a unit")), ("dot", _("the unit at the end"))), percent=True)
