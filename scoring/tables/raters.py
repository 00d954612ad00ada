"""Raters: kind and severe ones, and what goes together with satisfaction."""

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
    percent,
    top,
    unit_heads,
)

MOST_DRIVERS = 12


def leniency(block: BlockFacts) -> Section | None:
    """Ranks with kind and severe raters told apart, beside the official ones."""
    facts = block.part("leniency")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("leniency", _no_leniency(facts["missing"]), NONE)
    rows = [_adjusted(block, facts, place, unit) for place, unit in block.ranked if facts["rank"][place]]
    alarms = [row["name"] for row in rows if row["alarm"]]
    share = _("%(share)s of the differences between ratings of one unit belong to the raters.")
    share = share % {"share": percent(facts["firm_share"])}
    apart = "" if facts["connected"] else _apart(block, facts)
    return Section(
        key="leniency",
        finding=" ".join(part for part in (_leniency_finding(rows, alarms), share, apart) if part),
        state=WARN if alarms or apart else OK,
        table=_leniency_table(rows),
        plot=_leniency_plot(rows),
        n=len(rows),
    )


def _leniency_finding(rows: list[Facts], alarms: list[str]) -> str:
    if alarms:
        said = _("Alarm: with kind and severe raters told apart, %(names)s would leave the official rank range.")
        return said % {"names": listed(alarms)}
    if any(row["low"] for row in rows):
        return _("With kind and severe raters told apart, every unit stays within its official rank range.")
    farthest = max((abs(row["rank"] - row["official"]) for row in rows), default=0)
    said = _(
        "With kind and severe raters told apart, ranks move by %(places)s places at most; there are no rank ranges."
    )
    return said % {"places": farthest}


def _leniency_plot(rows: list[Facts]) -> Plot:
    drawn = [
        PlotRow(
            label=row["name"],
            figure=f"{row['official']} → {row['rank']}",
            spans=(Span("sampling", row["low"], row["high"]),),
            marks=(Mark("ring", row["official"]), Mark("dot", row["rank"])),
            note=counted(row["n"]),
            warn=row["alarm"],
        )
        for row in rows
    ]
    legend = (("ring", _("official rank")), ("dot", _("raters told apart")), ("sampling", _("official rank range")))
    return Plot(1, max(len(rows), 2), drawn, legend, unit=_("rank"))


def _adjusted(block: BlockFacts, facts: Facts, place: int, unit: Facts) -> Facts:
    return block.named(unit) | {
        "official_score": unit["score"],
        "score": facts["score"][place],
        "official": unit["rank"],
        "rank": facts["rank"][place],
        "low": unit["rank_low"] or None,
        "high": unit["rank_high"] or None,
        "part": facts["part"][place] + 1,
        "alarm": facts["alarm"][place],
    }


def _leniency_table(rows: list[Facts]) -> Table:
    columns = (
        *unit_heads(),
        Column("official_score", _("Official score"), "number"),
        Column("score", _("Score, raters told apart"), "number"),
        Column("official", _("Official rank"), "count"),
        Column("rank", _("Rank, raters told apart"), "count"),
        Column("low", _("Best rank"), "count"),
        Column("high", _("Worst rank"), "count"),
        Column("part", _("Connected group"), "count"),
        Column("alarm", _("Alarm"), "yes"),
    )
    return Table.of(columns, rows)


def _no_leniency(missing: Facts) -> str:
    if missing["path"] == "leniency":
        return _("No business rated two units of this block, so kind raters cannot be told from good units.")
    return _("There are no answers to single questions by which raters could be compared.")


def _apart(block: BlockFacts, facts: Facts) -> str:
    apart = [block.unit(unit["unit"]) for unit, part in zip(block.units, facts["part"], strict=True) if part > 0]
    said = _("No business rated %(names)s together with the other units: they are compared on trust alone.")
    return said % {"names": listed(apart)}


def drivers(block: BlockFacts) -> Section | None:
    """What goes together with overall satisfaction."""
    facts = block.part("drivers")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("drivers", _no_drivers(facts["missing"]), NONE)
    parts = sorted(facts["parts"].items(), key=lambda item: -item[1])
    words = {
        "share": percent(facts["r_squared"]),
        "first": block.sub_index(parts[0][0]),
        "part": percent(parts[0][1]),
        "n": write_number(facts["n"], 0),
    }
    drawn = [
        PlotRow(block.sub_index(code), percent(part, 1), (Span("bar", 0, max(part, 0.0)),)) for code, part in parts
    ]
    columns = (
        Column("sub_index", "", "key"),
        Column("name", _("Sub-index")),
        Column("part", _("Part of R²"), "percent", 1),
        Column("of_explained", _("Of what is explained"), "percent", 0),
    )
    whole = facts["r_squared"] or 1.0
    return Section(
        key="drivers",
        finding=_(
            "The sub-indices go together with %(share)s of the differences in satisfaction (n = %(n)s ratings); most of"
            " all “%(first)s” (%(part)s)."
        )
        % words,
        table=Table(columns, [(code, block.sub_index(code), part, part / whole) for code, part in parts]),
        plot=Plot(0, top([part for _code, part in parts], 0.05), drawn, percent=True),
        n=facts["n"],
    )


def _no_drivers(missing: Facts) -> str:
    if missing["code"] == "shape_mismatch":
        return _("With more than %(most)s sub-indices the parts are not worked out.") % {"most": MOST_DRIVERS}
    if "n" in missing["params"]:
        words = {"n": write_number(missing["params"]["n"], 0)}
        return _("Too few ratings answer all sub-indices and overall satisfaction (n = %(n)s).") % words
    if missing["path"] == "drivers":
        return _("Overall satisfaction was not asked.")
    return fault_sentence(missing)
