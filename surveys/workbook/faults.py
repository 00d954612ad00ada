"""What is wrong in a file, said all at once: where it stands and one sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Invalid


@dataclass(frozen=True, order=True)
class Fault:
    """One fault. `row` is the row number as the spreadsheet shows it (0: the whole sheet), `column` its letter,
    `field` the title of the column; `sheet` is empty where the whole file is meant.
    """

    sheet: str
    row: int
    column: str
    sentence: str
    field: str = ""

    @property
    def place(self) -> str:
        """`units!C12`, as a spreadsheet writes it."""
        cell = f"{self.column}{self.row or ''}"
        return "!".join(part for part in (self.sheet, cell) if part)


class FileFaults(Invalid):
    """A file with faults; nothing of it was taken over. `faults` is ordered by place."""

    code = "file_faults"
    sentence = _("Faults in the file: %(count)s. Nothing was taken over.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(count=len(self.faults))


class WorkbookFaults(FileFaults):
    code = "workbook_faults"
    sentence = _("Faults in the workbook: %(count)s. Nothing was taken over.")
