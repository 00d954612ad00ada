"""Responses: what the flagged and the excluded ones change."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    unit_heads,
)

# Beside the run: with the excluded responses too, and without every flagged one.
ALL, WITHOUT = "all", "without"


def flagged(block: BlockFacts) -> Section | None:
    """Scores and ranks by other responses; nothing where none was flagged or excluded."""
    facts = block.part("flagged")
    if facts is None:
        return None
    if "missing" in facts:
        return Section("flagged", fault_sentence(facts["missing"]), NONE)
    others = [name for name in (ALL, WITHOUT) if name in facts]
    rows = [_row(block, facts, others, place, unit) for place, unit in block.ranked]
    found = [_finding(facts, rows, name) for name in others]
    moved = any(row[f"rank_{name}"] != row["rank"] for row in rows for name in others)
    return Section(
        key="flagged",
        finding=" ".join(found),
        state=WARN if moved else OK,
        table=_table(rows, others),
        plot=_plot(rows, others[-1]),
        n=facts["responses"],
    )


def _row(block: BlockFacts, facts: Facts, others: list[str], place: int, unit: Facts) -> Facts:
    row = block.named(unit) | {"score": unit["score"], "rank": unit["rank"]}
    for name in others:
        other = facts[name]
        row |= {f"n_{name}": other["n"][place], f"score_{name}": other["score"][place]}
        row[f"rank_{name}"] = other["rank"][place] or None
    return row


def _finding(facts: Facts, rows: list[Facts], other: str) -> str:
    moved = sum(row[f"rank_{other}"] != row["rank"] for row in rows)
    apart = abs(facts["responses"] - facts[other]["responses"])
    words = {"number": write_number(apart, 0), "all": write_number(facts["responses"], 0), "moved": moved}
    if other == ALL:
        said = ngettext(
            "With the %(number)s excluded response back, %(moved)s units change their rank.",
            "With the %(number)s excluded responses back, %(moved)s units change their rank.",
            apart,
        )
    else:
        said = _("Without the %(number)s flagged of %(all)s responses %(moved)s units change their rank.")
    return said % words


def _plot(rows: list[Facts], other: str) -> Plot:
    """The official rank and the one without flagged responses, or with the excluded ones where that is all there is."""
    drawn = [
        PlotRow(
            label=row["name"],
            figure=f"{row['rank']} → {row[f'rank_{other}'] or '–'}",
            spans=(Span("way", row["rank"], row[f"rank_{other}"]),),
            marks=(Mark("ring", row["rank"]), Mark("dot", row[f"rank_{other}"])),
            note=counted(row[f"n_{other}"]),
        )
        for row in rows
    ]
    said = _("without the flagged responses") if other == WITHOUT else _("with the excluded responses")
    return Plot(1, max(len(rows), 2), drawn, (("ring", _("official rank")), ("dot", said)), unit=_("rank"))


def _table(rows: list[Facts], others: list[str]) -> Table:
    heads = {
        ALL: (_("Ratings with excluded ones"), _("Score with excluded ones"), _("Rank with excluded ones")),
        WITHOUT: (_("Ratings without flagged ones"), _("Score without flagged ones"), _("Rank without flagged ones")),
    }
    kinds = (("n", "count"), ("score", "number"), ("rank", "count"))
    columns = [*unit_heads(), Column("score", _("Score"), "number"), Column("rank", _("Rank"), "count")]
    for name in others:
        columns += [Column(f"{key}_{name}", head, kind) for (key, kind), head in zip(kinds, heads[name], strict=True)]
    return Table.of(columns, rows)
