"""Faults as a table of plain text, for commands."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from surveys.workbook.faults import Fault


def fault_table(faults: Sequence[Fault]) -> str:
    """One line per fault: sheet, row, column with its title, sentence."""
    lines = [(_("Sheet"), _("Row"), _("Column"), _("Fault"))]
    for fault in faults:
        column = f"{fault.column} {fault.field}".strip()
        lines.append((fault.sheet or "-", str(fault.row or "-"), column or "-", fault.sentence))
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]]) for line in lines
    )
