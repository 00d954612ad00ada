"""Who answers: profile questions, who may rate whom, population margins."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.enums import RespondentType
from surveys.workbook.checks.references import repeated, unknown
from surveys.workbook.faults import Fault
from surveys.workbook.lookup import codes, grouped
from surveys.workbook.tables import Row, Tables

TYPE = "type"
# Columns of the dataset's table of respondents, beside the profile.
RESERVED = {
    "respondent",
    "unit",
    "channel",
    "excluded",
    "stratum",
    "base_weight",
    "design_weight",
    "satisfaction",
    "comment",
}


def profile(tables: Tables) -> Iterator[Fault]:
    table = tables["profile"]
    yield from repeated(table, "code", "option")
    groups = grouped(table)
    for code, rows in groups.items():
        first = rows[0]
        if code in RESERVED:
            yield first.fault(
                "code", _("“%(code)s” is used by the dataset itself. Choose another code.") % first.values
            )
        for column in ("text_vi", "text_en"):
            if not first[column] and column not in first.broken:
                yield first.fault(column, _("“%(column)s” must be filled in.") % {"column": column})
        if len(rows) < 2:
            yield first.fault("option", _("A profile question needs at least two options."))
    if table.rows and TYPE not in groups:
        yield table.fault(_("The question “type” (type of business) is missing: eligibility depends on it."), "code")
    for row in groups.get(TYPE, []):
        if row["option"] and row["option"] not in RespondentType.values:
            facts = {"text": row["option"], "words": ", ".join(RespondentType.values)}
            yield row.fault("option", _("“%(text)s” is not possible here. Choose one of: %(words)s.") % facts)


def eligibility(tables: Tables) -> Iterator[Fault]:
    """Exactly one rule for every block and type of respondent."""
    table = tables["eligibility"]
    yield from repeated(table, "block", "respondent_type")
    known = codes(tables["blocks"])
    types = [row["option"] for row in grouped(tables["profile"]).get(TYPE, []) if row["option"]]
    for row in table:
        yield from unknown(row, "block", known, "blocks")
        if types and row["respondent_type"] and row["respondent_type"] not in types:
            sentence = _("The profile question “type” has no option “%(option)s”.") % {"option": row["respondent_type"]}
            yield row.fault("respondent_type", sentence)
        if row["max_units"] is not None and row["min_units"] is not None and row["max_units"] < row["min_units"]:
            yield row.fault("max_units", _("“At most” is below “at least”."))
    given = {(row["block"], row["respondent_type"]) for row in table}
    for block, kind in [(block, kind) for block in known for kind in types] if table.rows else []:
        if (block, kind) not in given and not any(row.broken for row in table):
            facts = {"block": block, "type": kind}
            yield table.fault(_("There is no rule for the block “%(block)s” and the type “%(type)s”.") % facts)


def margins(tables: Tables) -> Iterator[Fault]:
    """For each question that has margins: every option, and the same total."""
    table = tables["margins"]
    yield from repeated(table, "field", "option")
    options = {code: [row["option"] for row in rows] for code, rows in grouped(tables["profile"]).items()}
    fields: dict[str, list[Row]] = {}
    for row in table:
        yield from unknown(row, "field", options, "profile")
        if row["field"] in options:
            fields.setdefault(row["field"], []).append(row)
            if row["option"] and row["option"] not in options[row["field"]]:
                facts = {"field": row["field"], "option": row["option"]}
                yield row.fault("option", _("The profile question “%(field)s” has no option “%(option)s”.") % facts)
    totals: dict[str, int] = {}
    for field, rows in fields.items():
        for option in [option for option in options[field] if option and option not in {row["option"] for row in rows}]:
            facts = {"field": field, "option": option}
            yield rows[0].fault("field", _("The margin “%(field)s” lacks the option “%(option)s”.") % facts)
        if not any("count" in row.broken for row in rows):
            totals[field] = sum(row["count"] for row in rows)
    yield from _different_totals(fields, totals)


def _different_totals(fields: dict[str, list[Row]], totals: dict[str, int]) -> Iterator[Fault]:
    first = next(iter(totals), "")
    for field, total in totals.items():
        if total != totals[first]:
            facts = {"field": field, "total": total, "other": first, "other_total": totals[first]}
            yield fields[field][0].fault(
                "count",
                _("The margin “%(field)s” adds up to %(total)s, but “%(other)s” to %(other_total)s.") % facts,
            )
        elif total == 0:
            yield fields[field][0].fault("count", _("The margin “%(field)s” adds up to 0.") % {"field": field})
