"""Letters to the invited on paper: one sheet each, the address where a window envelope shows it (DIN 5008, form B: DL,
C5/6 and C5), the link as QR code and the code to be typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno

from reports.pdf.render import pdf_render

# What fits into the window, by size of type: letters in a line, lines.
SIZES = {"normal": (36, 6), "small": (46, 8), "tiny": (60, 12)}


@dataclass(frozen=True)
class Sheet:
    """One letter: to whom (name, then lines of the address), the link and the code as it is printed."""

    name: str
    address: tuple[str, ...]
    link: str
    code: str

    @property
    def qr(self) -> str:
        """The link as a drawing for telephones' cameras."""
        return str(segno.make(self.link, error="m", micro=False).svg_data_uri(scale=1, border=0, omitsize=True))

    @property
    def size(self) -> str:
        """The largest type in which the address fits the window."""
        lines = (self.name, *self.address)
        fitting = (size for size, (letters, most) in SIZES.items() if _lines(lines, letters) <= most)
        return next(fitting, "tiny")


def _lines(lines: Sequence[str], letters: int) -> int:
    return sum(-(-len(line) // letters) for line in lines)


@dataclass(frozen=True)
class Sender:
    """What all letters of an edition say alike."""

    edition: Any
    province: Any
    enter: str


def letters_pdf(*, sender: Sender, sheets: Sequence[Sheet]) -> bytes:
    """A PDF of the sheets in their order, in Vietnamese. Not tagged: it is paper."""
    context = {"sheets": sheets, "edition": sender.edition, "province": sender.province, "enter": sender.enter}
    return pdf_render(template="reports/pdf/letters.html", context=context, language="vi", variant=None)
