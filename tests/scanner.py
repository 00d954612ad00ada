"""Paper as a telephone's camera sees it: a PDF as pictures at a printer's resolution, and the QR codes on them."""

import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image

DOTS_PER_INCH = 150


def scanned(pdf: Path) -> list[list[str]]:
    """What the QR codes of each page say."""
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(command, check=True)
    found = []
    for picture in sorted(pdf.parent.glob(f"{pdf.stem}-*.png")):
        with Image.open(picture) as page:
            codes = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
        found.append([code.text for code in codes])
    return found
