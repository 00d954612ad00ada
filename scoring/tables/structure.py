"""Structure: what a total is made of – weights as they act, indicators that go along, ranks without each of them."""

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
    listed,
    percent,
    top,
)

FAR_FROM_NOMINAL = 0.1
Weight = tuple[str, float | None, float | None]


def effective(block: BlockFacts) -> Section:
    """Weights as written and as they act."""
    written = block.run["sub_indices"]
    sums = sum(item["nominal"] or 0.0 for item in written) or 1.0
    rows = [(item["code"], (item["nominal"] or 0.0) / sums, item["effective"]) for item in written]
    known = [row for row in rows if row[2] is not None]
    if not known:
        said = _("Acting weights need at least two units with a score on every sub-index.")
        return Section("effective", said, NONE)
    far = max(known, key=lambda row: abs(row[2] - row[1]))
    words = {"name": block.sub_index(far[0]), "nominal": percent(far[1]), "effective": percent(far[2])}
    columns = (
        Column("sub_index", "", "key"),
        Column("name", _("Sub-index")),
        Column("nominal_weight", _("Written weight"), "percent", 1),
        Column("effective_weight", _("Acting weight"), "percent", 1),
    )
    return Section(
        key="effective",
        finding=_("“%(name)s” is farthest from its weight: written %(nominal)s, acting %(effective)s.") % words,
        state=WARN if abs(far[2] - far[1]) > FAR_FROM_NOMINAL else OK,
        table=Table(columns, [(code, block.sub_index(code), nominal, acting) for code, nominal, acting in rows]),
        plot=_weight_plot(block, rows),
        n=len(block.units) or None,
    )


def _weight_plot(block: BlockFacts, rows: list[Weight]) -> Plot:
    drawn = [
        PlotRow(
            label=block.sub_index(code),
            figure=f"{percent(nominal)} → {percent(acting)}",
            spans=(Span("way", nominal, acting),),
            marks=(Mark("ring", nominal), Mark("dot", acting)),
            warn=nominal is not None and acting is not None and abs(acting - nominal) > FAR_FROM_NOMINAL,
        )
        for code, nominal, acting in rows
    ]
    values = [value for row in rows for value in row[1:]]
    low = min([0.0, *(value for value in values if value is not None)])
    return Plot(low, top(values, 0.1), drawn, (("ring", _("as written")), ("dot", _("as it acts"))), percent=True)


def correlations(block: BlockFacts) -> Section | None:
    """How the points of each indicator go along with its sub-index, the total, and other sub-indices."""
    own = block.sub_index_of
    rows = [row | {"own": row.get(own[row["indicator"]])} for row in block.run["correlations"]]
    if not rows:
        return None
    against = [block.indicator(row["indicator"]) for row in rows if (row["own"] or 0.0) < 0]
    words = {"number": len(against), "all": len(rows), "names": listed(against, 3)}
    finding = (
        _("%(number)s of %(all)s indicators run against their own sub-index: %(names)s.")
        if against
        else _("All %(all)s indicators go along with their own sub-index.")
    )
    columns = (
        Column("indicator", _("Indicator")),
        Column("name", _("Name")),
        Column("sub_index", _("Sub-index")),
        Column("own", _("With its sub-index"), "number"),
        Column("total", _("With the total"), "number"),
    )
    named = block.names.indicators
    lines = [
        (c := row["indicator"], named.get(c, ""), block.sub_index(own[c]), row["own"], row["total"]) for row in rows
    ]
    return Section(
        key="correlations",
        finding=finding % words,
        state=WARN if against else OK,
        plot=_correlation_plot(block, rows),
        table=Table(columns, lines),
        export=lambda: _all_correlations(block, rows),
        n=len(block.units) or None,
    )


def _correlation_plot(block: BlockFacts, rows: list[Facts]) -> Plot:
    own = block.sub_index_of
    drawn = [
        PlotRow(
            label=block.indicator(row["indicator"]),
            figure=write_number(row["own"], 2),
            spans=(Span("bar", 0, row["own"]),),
            marks=(Mark("ring", row["total"]),),
            note=_("total %(total)s") % {"total": write_number(row["total"], 2)},
            group=block.sub_index(own[row["indicator"]]),
            warn=(row["own"] or 0.0) < 0,
        )
        for row in rows
    ]
    return Plot(-1, 1, drawn, (("bar", _("with its sub-index")), ("ring", _("with the total"))), (0.0,))


def _all_correlations(block: BlockFacts, rows: list[Facts]) -> Table:
    others = [name for name in rows[0] if name not in {"indicator", "own"}]
    columns = [Column(name, "") for name in ("indicator", "own_sub_index", *others)]
    own = block.sub_index_of
    return Table(columns, [(r["indicator"], own[r["indicator"]], *(r[name] for name in others)) for r in rows])


def leave_one_out(block: BlockFacts) -> Section | None:
    """How ranks move when one indicator is taken away."""
    facts = block.known("leave_one_out")
    if facts is None:
        return None
    if len(block.ranked) < 2:
        return Section("leave-one-out", _("With fewer than two ranked units no rank can move."), NONE)
    rows = [_shift(block, code, ranks) for code, ranks in facts.items()]
    worst = max(rows, key=lambda row: (row["greatest"], row["moved"]))
    limit = max(2, round(len(block.ranked) / 5))
    columns = (
        Column("indicator", _("Indicator")),
        Column("name", _("Name")),
        Column("greatest", _("Largest shift of a rank"), "count"),
        Column("unit", _("of the unit")),
        Column("moved", _("Units that move"), "count"),
        Column("mean", _("Mean shift"), "number"),
    )
    return Section(
        key="leave-one-out",
        finding=_shift_finding(block, rows, worst),
        state=WARN if worst["greatest"] > limit else OK,
        plot=_shift_plot(block, rows, limit),
        table=Table.of(columns, rows),
        export=lambda: _all_ranks(block, facts),
        n=len(block.ranked),
    )


def _shift(block: BlockFacts, code: str, ranks: list[int]) -> Facts:
    """How far ranks move without one indicator; a unit without rank does not count."""
    moves = [(abs(ranks[place] - unit["rank"]), unit["unit"]) for place, unit in block.ranked if ranks[place]]
    farthest, unit = max(moves, key=lambda move: move[0], default=(0, ""))
    return {
        "indicator": code,
        "name": block.names.indicators.get(code, ""),
        "greatest": farthest,
        "unit": block.unit(unit) if farthest else "",
        "moved": sum(1 for far, _unit in moves if far),
        "mean": sum(far for far, _unit in moves) / len(moves) if moves else None,
    }


def _shift_finding(block: BlockFacts, rows: list[Facts], worst: Facts) -> str:
    words = {
        "indicator": block.indicator(worst["indicator"]),
        "unit": worst["unit"],
        "places": worst["greatest"],
        "still": sum(1 for row in rows if not row["greatest"]),
        "all": len(rows),
    }
    if not worst["greatest"]:
        return _("Any of the %(all)s indicators can be left out without a rank moving.") % words
    return (
        _(
            "“%(indicator)s” decides most alone: without it the rank of %(unit)s moves by %(places)s. Of %(all)s"
            " indicators %(still)s can be left out without any rank moving."
        )
        % words
    )


def _shift_plot(block: BlockFacts, rows: list[Facts], limit: int) -> Plot:
    own = block.sub_index_of
    drawn = [
        PlotRow(
            label=block.indicator(row["indicator"]),
            figure=write_number(row["greatest"], 0),
            spans=(Span("bar", 0, row["greatest"]),),
            note=_("units moved: %(moved)s") % {"moved": row["moved"]},
            warn=row["greatest"] > limit,
            group=block.sub_index(own[row["indicator"]]),
        )
        for row in rows
    ]
    return Plot(0, top([row["greatest"] for row in rows], 3), drawn, unit=_("places"))


def _all_ranks(block: BlockFacts, facts: Facts) -> Table:
    columns = [Column(name, "") for name in ("indicator", "unit", "name", "rank", "rank_without", "shift")]
    rows = [
        (
            code, unit["unit"], block.unit(unit["unit"]), unit["rank"], ranks[place] or None,
            ranks[place] - unit["rank"] if ranks[place] else None,
        )
        for code, ranks in facts.items()
        for place, unit in block.ranked
    ]  # fmt: skip
    return Table(columns, rows)
