"""Sensitivity: what decisions of method do to ranks, beside what the sample does to them."""

from math import sqrt
from statistics import median

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    top,
    unit_heads,
)

SAMPLING = "sampling"
CHOICES: dict[str, Promise] = {
    "weights": gettext_lazy("weights of the sub-indices"),
    "normalise": gettext_lazy("points by distance or by position"),
    "aggregate": gettext_lazy("arithmetic or geometric mean"),
    "goalposts": gettext_lazy("goalposts of the edition or fixed"),
    "trimming": gettext_lazy("trimming of the response weights"),
    "responses": gettext_lazy("responses with or without the flagged ones"),
    SAMPLING: gettext_lazy("sampling error"),
}


def choices(block: BlockFacts) -> Section | None:
    """How far ranks move by each decision of method, and by the sample, on one axis of ranks."""
    facts = block.part("choices")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("choices", _no_choices(facts["missing"]), NONE)
    rows = _effects(block, facts)
    sampling = next((row for row in rows if row["code"] == SAMPLING), None)
    decisions = [row for row in rows if row["code"] != SAMPLING and row["whole"]]
    strongest = max(decisions, key=lambda row: row["whole"], default=None)
    stronger = bool(strongest and sampling and strongest["whole"] > sampling["whole"])
    columns = (
        Column("code", "", "key"),
        Column("name", _("Decision")),
        Column("alone", _("Ranks moved, alone"), "number"),
        Column("whole", _("Ranks moved, with the others"), "number"),
        Column("first", _("Share of the mean shift, alone (Sobol)"), "number"),
        Column("total", _("Share of the mean shift, with the others (Sobol)"), "number"),
    )
    return Section(
        key="choices",
        finding=_choices_finding(strongest, sampling),
        state=WARN if stronger else OK,
        table=Table.of(columns, rows),
        plot=_choices_plot(rows),
        export=lambda: _shares_by_unit(block, facts),
        n=len(block.ranked),
    )


def _choices_plot(rows: list[Facts]) -> Plot:
    drawn: list[PlotRow] = []
    for row in rows:
        alone, whole = row["alone"], row["whole"]
        if row["code"] == SAMPLING:
            drawn.append(PlotRow(row["name"], write_number(whole, 2), (Span("sampling", 0, whole),)))
            continue
        marks = (Mark("dot", alone), Mark("ring", whole))
        drawn.append(PlotRow(row["name"], write_number(whole, 2), (Span("way", alone, whole),), marks))
    legend = (("dot", _("taken alone")), ("ring", _("with the others")), ("sampling", _("sampling error")))
    high = top([row[name] for row in rows for name in ("alone", "whole")], 1)
    return Plot(0, high, drawn, legend, unit=_("places"), places=1)


def _choices_finding(strongest: Facts | None, sampling: Facts | None) -> str:
    if strongest is None:
        return _("No decision of method moves a rank.")
    words = {"name": strongest["name"], "ranks": write_number(strongest["whole"], 1)}
    if sampling is None or sampling["whole"] is None:
        return _("Ranks move most by “%(name)s”: by %(ranks)s ranks typically.") % words
    words["sampling"] = write_number(sampling["whole"], 1)
    if strongest["whole"] > sampling["whole"]:
        return (
            _("Ranks move more by “%(name)s” (%(ranks)s ranks typically) than by sampling error (%(sampling)s).")
            % words
        )
    return (
        _(
            "Sampling error moves ranks more (%(sampling)s ranks typically) than any decision of method; the strongest"
            " of these is “%(name)s” (%(ranks)s)."
        )
        % words
    )


def _effects(block: BlockFacts, facts: Facts) -> list[Facts]:
    """Per decision the root of the mean variance of ranks that it makes, largest first, and the sampling error."""
    places = [place for place, _unit in block.ranked]
    rows = [
        {
            "code": code,
            "name": str(CHOICES.get(code, code)),
            "alone": _moved(facts, "first", column, places),
            "whole": _moved(facts, "whole", column, places),
            "first": facts["shift_first"][column],
            "total": facts["shift_whole"][column],
        }
        for column, code in enumerate(facts["names"])
    ]
    known = [facts["sampling"][place] for place in places if facts["sampling"][place] is not None]
    if known:
        whole = sqrt(sum(value * value for value in known) / len(known))
        rows.append(
            {
                "code": SAMPLING,
                "name": str(CHOICES[SAMPLING]),
                "alone": None,
                "whole": whole,
                "first": None,
                "total": None,
            }
        )
    return sorted(rows, key=lambda row: -(row["whole"] or 0.0))


def _moved(facts: Facts, order: str, column: int, places: list[int]) -> float | None:
    """√ of the mean over units of share of variance times variance; a unit that never moves adds 0."""
    parts = [max(facts[order][place][column] or 0.0, 0.0) * (facts["spread"][place] or 0.0) ** 2 for place in places]
    return sqrt(sum(parts) / len(parts)) if parts else None


def _shares_by_unit(block: BlockFacts, facts: Facts) -> Table:
    names = [
        (f"{code}_{order}", order, column) for column, code in enumerate(facts["names"]) for order in ("first", "whole")
    ]
    heads = ("unit", "name", "rank", "spread_over_recipes", "spread_by_sampling", *(name for name, _o, _c in names))
    rows = [
        (
            unit["unit"], block.unit(unit["unit"]), unit["rank"], facts["spread"][place], facts["sampling"][place],
            *(facts[order][place][column] for _name, order, column in names),
        )
        for place, unit in block.ranked
    ]  # fmt: skip
    return Table([Column(head, "") for head in heads], rows)


def _no_choices(missing: Facts) -> str:
    if missing["path"] == "choices":
        return _("With fewer than two ranked units no rank can move.")
    if missing["code"] == "method_unknown":
        return _("Sensitivity is not worked out for this way of averaging.")
    return fault_sentence(missing)


def ranges(block: BlockFacts) -> Section | None:
    """For every unit: ranks by sampling, under other recipes, under other weights, on one axis."""
    drawn_weights, tried = block.known("drawn_weights"), block.known("choices")
    if drawn_weights is None or len(block.ranked) < 2:
        return None
    rows = [_range(block, drawn_weights, tried, place, unit) for place, unit in block.ranked]
    wide = [row for row in rows if _width(row, "weights") > _width(row, "sampling") > 0]
    return Section(
        key="ranges",
        finding=_ranges_finding(rows, len(wide)),
        state=WARN if len(wide) > len(rows) / 2 else OK,
        plot=_range_plot(rows),
        table=_range_table(rows),
        n=len(rows),
    )


def _ranges_finding(rows: list[Facts], wide: int) -> str:
    """In the middle of all units; without rank ranges of the sample, of the weights alone."""
    words = {
        "weights": write_number(median(_width(row, "weights") for row in rows), 0),
        "sampling": write_number(median(_width(row, "sampling") for row in rows), 0),
        "wide": wide,
        "all": len(rows),
    }
    if not any(_width(row, "sampling") for row in rows):
        return _("In the middle of all units the rank covers %(weights)s ranks under other weights.") % words
    return (
        _(
            "In the middle of all units the rank covers %(sampling)s ranks by sampling and %(weights)s under other"
            " weights; for %(wide)s of %(all)s units the weights matter more than the sample."
        )
        % words
    )


def _range(block: BlockFacts, drawn: Facts, tried: Facts | None, place: int, unit: Facts) -> Facts:
    return block.named(unit) | {
        "rank": unit["rank"],
        "sampling_low": unit["own_low"] or None,
        "sampling_high": unit["own_high"] or None,
        "recipes_low": round(tried["low"][place]) or None if tried else None,
        "recipes_high": round(tried["high"][place]) or None if tried else None,
        "weights_low": round(drawn["low"][place]) or None,
        "weights_high": round(drawn["high"][place]) or None,
        "first": drawn["first"][place],
    }


def _width(row: Facts, kind: str) -> int:
    low, high = row[f"{kind}_low"], row[f"{kind}_high"]
    return 0 if low is None or high is None else high - low + 1


def _range_plot(rows: list[Facts]) -> Plot:
    drawn = [
        PlotRow(
            label=row["name"],
            figure=write_number(row["rank"], 0),
            spans=[Span(kind, row[f"{kind}_low"], row[f"{kind}_high"]) for kind in ("sampling", "recipes", "weights")],
            marks=(Mark("tick", row["rank"]),),
            note=counted(row["n"]),
        )
        for row in rows
    ]
    legend = (
        ("tick", _("official rank")),
        ("sampling", _("other samples (95%)")),
        ("recipes", _("other recipes (90%)")),
        ("weights", _("other weights (90%)")),
    )
    return Plot(1, len(rows), drawn, legend, unit=_("rank"))


def _range_table(rows: list[Facts]) -> Table:
    columns = (
        *unit_heads(),
        Column("rank", _("Rank"), "count"),
        Column("sampling_low", _("Best, other samples"), "count"),
        Column("sampling_high", _("Worst, other samples"), "count"),
        Column("recipes_low", _("Best, other recipes"), "count"),
        Column("recipes_high", _("Worst, other recipes"), "count"),
        Column("weights_low", _("Best, other weights"), "count"),
        Column("weights_high", _("Worst, other weights"), "count"),
        Column("first", _("First under other weights"), "percent", 0),
    )
    return Table.of(columns, rows)
