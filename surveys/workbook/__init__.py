"""The workbook of an edition: one XLSX file that holds its whole framework.

    bytes ─ tables.py ─► tables of checked cells ─ checks/ ─► faults
                                    └─ content.py ─► EditionContent ─ write.py ─► bytes
                                                        ▲   rows.py   ▼
                                                       the database's rows

`sheets.py` says which sheets and columns there are; the explanations in the workbook and in docs/workbook.md are made
from it.
"""

from surveys.workbook.content import EditionContent, Workbook, workbook_read
from surveys.workbook.faults import Fault, WorkbookFaults
from surveys.workbook.write import workbook_template, workbook_write

__all__ = [
    "EditionContent",
    "Fault",
    "Workbook",
    "WorkbookFaults",
    "workbook_read",
    "workbook_template",
    "workbook_write",
]
