"""Reliability: how much of the spread is signal, and whether the questions of a sub-index say the same."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.templatetags.ddci_format import write_number
from scoring.selectors.diagnostics import BlockFacts, Facts
from scoring.tables.section import (
    NONE,
    OK,
    WARN,
    Cell,
    Column,
    Mark,
    Plot,
    PlotRow,
    Section,
    Span,
    Table,
    listed,
    percent,
)

RELIABLE = 0.7
LOOSE = 0.2


def signal(block: BlockFacts) -> Section:
    """What share of the spread of totals is not sampling noise."""
    value = block.run["signal_reliability"]
    if value is None:
        said = _("There is no sampling error to compare with: fewer than two units have a score with an error.")
        return Section("signal", said, NONE)
    share = max(value, 0.0)
    finding = _("%(share)s of the spread of scores between units is signal, the rest is sampling noise.")
    drawn = (
        PlotRow(_("Signal"), percent(share), (Span("bar", 0, share),)),
        PlotRow(_("Sampling noise"), percent(1 - share), (Span("bar", 0, 1 - share),)),
    )
    return Section(
        key="signal",
        finding=finding % {"share": percent(share)},
        state=OK if value >= RELIABLE else WARN,
        table=_scored(block, value),
        plot=Plot(0, 1, drawn, lines=(RELIABLE,), percent=True),
        n=sum(unit["n"] for unit in block.units) or None,
        stats=((_("Share of signal"), write_number(value, 3)),),
    )


def _scored(block: BlockFacts, value: float) -> Table:
    """Scores with their errors, from which the share of signal is worked out; the share alone where they are not known
    yet.
    """
    scored = [unit for unit in block.units if unit["score"] is not None and unit["se"] is not None]
    if not scored:
        columns = (Column("measure", _("Measure")), Column("value", _("Value"), "number", 3))
        return Table(columns, [(_("Share of signal"), value)])
    return Table(
        (
            Column("unit", "", "key"),
            Column("name", _("Unit")),
            Column("n", _("Ratings"), "count"),
            Column("score", _("Score"), "number"),
            Column("standard_error", _("Standard error"), "number"),
        ),
        [(unit["unit"], block.unit(unit["unit"]), unit["n"], unit["score"], unit["se"]) for unit in scored],
    )


def alpha(block: BlockFacts) -> Section | None:
    """Cronbach's alpha of each sub-index, over responses and over units."""
    facts = block.known("consistency")
    if facts is None:
        return None
    known = {code: part["responses"] for code, part in facts.items() if part["responses"]}
    low = [block.sub_index(code) for code, part in known.items() if part["alpha"] < RELIABLE]
    if not known and not any(part["units"] for part in facts.values()):
        said = _("Alpha needs at least two questions in a sub-index and three complete rows.")
        return Section("alpha", said, NONE)
    words = {"low": len(low), "all": len(known), "names": listed(low)}
    finding = (
        _("In %(low)s of %(all)s sub-indices the questions agree little with each other (alpha below 0.7): %(names)s.")
        if low
        else _("In all %(all)s sub-indices with an alpha the questions agree with each other (alpha 0.7 or more).")
    )
    return Section(
        key="alpha",
        finding=finding % words,
        state=WARN if low else OK,
        plot=_alpha_plot(block, facts),
        table=_alpha_table(block, facts),
        n=max([part["n"] for part in known.values()], default=None),
    )


def _alpha_plot(block: BlockFacts, facts: Facts) -> Plot:
    rows = []
    for code, part in facts.items():
        answers, units = part["responses"], part["units"]
        figure = write_number(answers["alpha"] if answers else None, 2)
        note = _("over units %(units)s") % {"units": write_number(units["alpha"] if units else None, 2)}
        spans = (Span("interval", max(answers["low"], 0.0), answers["high"]),) if answers else ()
        marks = (Mark("ring", units and max(units["alpha"], 0.0)), Mark("dot", answers and max(answers["alpha"], 0.0)))
        rows.append(PlotRow(block.sub_index(code), figure, spans, marks, note))
    legend = (("dot", _("over responses")), ("interval", _("confidence interval")), ("ring", _("over units")))
    return Plot(0, 1, rows, legend, (RELIABLE,), places=1)


def _alpha_table(block: BlockFacts, facts: Facts) -> Table:
    columns = [Column("sub_index", "", "key"), Column("name", _("Sub-index"))]
    over = {"responses": _("over responses"), "units": _("over units")}
    for kind, words in over.items():
        columns += [
            Column(f"{kind}_alpha", _("Alpha %(over)s") % {"over": words}, "number", 3),
            Column(f"{kind}_low", _("Lower end"), "number", 3),
            Column(f"{kind}_high", _("Upper end"), "number", 3),
            Column(f"{kind}_items", _("Items"), "count"),
            Column(f"{kind}_n", "n", "count"),
        ]
    rows = []
    for code, part in facts.items():
        cells: list[Cell] = [code, block.sub_index(code)]
        for kind in over:
            found = part[kind] or {}
            cells += [*(found.get(name) for name in ("alpha", "low", "high")), len(found.get("rest", [])) or None]
            cells.append(found.get("n"))
        rows.append(cells)
    return Table(columns, rows)


def items(block: BlockFacts) -> Section | None:
    """How each indicator goes along with the others of its sub-index."""
    facts = block.known("consistency") or {}
    rows = [row for code, part in facts.items() for row in _item_rows(code, part)]
    if not rows:
        return None
    loose = [block.indicator(row[1]) for row in rows if row[2] is not None and row[2] < LOOSE]
    words = {"number": len(loose), "all": len(rows), "names": listed(loose, 3)}
    finding = (
        ngettext(
            "%(number)s of %(all)s indicators hardly goes along with the others of its sub-index: %(names)s.",
            "%(number)s of %(all)s indicators hardly go along with the others of their sub-index: %(names)s.",
            len(loose),
        )
        if loose
        else _("Each of the %(all)s indicators goes along with the others of its sub-index.")
    )
    return Section(
        key="items",
        finding=finding % words,
        state=WARN if loose else OK,
        plot=_item_plot(block, rows),
        table=_item_table(block, rows),
        n=max([part["responses"]["n"] for part in facts.values() if part["responses"]], default=None),
    )


Row = tuple[str, str, float | None, float | None, float | None, float | None]


def _item_plot(block: BlockFacts, rows: list[Row]) -> Plot:
    drawn = [
        PlotRow(
            label=block.indicator(row[1]),
            figure=write_number(row[2], 2),
            spans=(Span("bar", 0, row[2]),),
            marks=(Mark("ring", row[4]),),
            note=_("over units %(units)s") % {"units": write_number(row[4], 2)},
            group=block.sub_index(row[0]),
            warn=row[2] is not None and row[2] < LOOSE,
        )
        for row in rows
    ]
    return Plot(-1, 1, drawn, (("bar", _("over responses")), ("ring", _("over units"))), (0.0, LOOSE))


def _item_table(block: BlockFacts, rows: list[Row]) -> Table:
    columns = (
        Column("sub_index", _("Sub-index")),
        Column("indicator", _("Indicator")),
        Column("name", _("Name")),
        Column("responses_item_rest", _("Item–rest, responses"), "number"),
        Column("responses_alpha_without", _("Alpha without it, responses"), "number"),
        Column("units_item_rest", _("Item–rest, units"), "number"),
        Column("units_alpha_without", _("Alpha without it, units"), "number"),
    )
    named = block.names.indicators
    return Table(columns, [(block.sub_index(row[0]), row[1], named.get(row[1], ""), *row[2:]) for row in rows])


def _item_rows(code: str, part: Facts) -> list[Row]:
    answers = _by_item(part["asked"], part["responses"])
    units = _by_item(part["items"], part["units"])
    nothing = (None, None)
    found = [(code, item, *answers.get(item, nothing), *units.get(item, nothing)) for item in part["items"]]
    return [row for row in found if row[2] is not None or row[4] is not None]


def _by_item(names: list[str], found: Facts | None) -> dict[str, tuple[float | None, float | None]]:
    if found is None:
        return {}
    return dict(zip(names, zip(found["rest"], found["dropped"], strict=True), strict=True))
