"""Faults as a table of plain text, for commands."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from surveys.workbook.faults import Fault

MOST_LINES = 200


def fault_table(faults: Sequence[Fault]) -> str:
    """One line per fault: sheet, row, column with its title, sentence; after 200, how many more there are."""
    lines = [(_("Sheet"), _("Row"), _("Column"), _("Fault"))]
    for fault in faults[:MOST_LINES]:
        column = f"{fault.column} {fault.field}".strip()
        lines.append((fault.sheet or "-", str(fault.row or "-"), column or "-", fault.sentence))
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    rest = len(faults) - MOST_LINES
    more = [_("… and %(count)s more.") % {"count": rest}] if rest > 0 else []
    table = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]]) for line in lines
    ]
    return "\n".join(table + more)
