"""Letters to the invited on paper: one sheet each, the address where a window envelope shows it (DIN 5008, form B: DL,
C5/6 and C5), the link as QR code and the code to be typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno

from reports.pdf.render import pdf_render

# So many letters or lines of an address in normal type fit into the window; more are set smaller.
LINE_LETTERS, LINES = 44, 5


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
    def is_long(self) -> bool:
        """Whether the address fits the window only in small type."""
        return sum(-(-len(line) // LINE_LETTERS) for line in (self.name, *self.address)) > LINES


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
