"""What the style sheets and fonts promise: no imports, nothing foreign, small enough, figures of one width."""

import gzip
import re
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

STATIC = Path(__file__).parents[2] / "static"
PAGE_SHEETS = ["tokens", "base", "answer", "public", "staff", "print"]
WEB_FONTS = sorted((STATIC / "fonts").glob("*.woff2"))
PDF_FONTS = sorted((STATIC / "fonts" / "pdf").glob("*.ttf"))
FIGURES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def sheet(name: str) -> str:
    return (STATIC / "css" / f"{name}.css").read_text(encoding="utf-8")


def ground(name: str) -> str:
    return sheet(name).partition("/* ground:begin")[2].partition("/* ground:end */")[0]


@pytest.mark.parametrize("name", PAGE_SHEETS)
def test_sheet_imports_nothing_and_asks_nobody_else(name: str) -> None:
    text = sheet(name)
    assert "@import" not in text
    addresses = re.findall(r"url\(\"?([^\")]+)", text)
    assert [address for address in addresses if not (STATIC / "css" / address).resolve().is_file()] == []


@pytest.mark.parametrize("name", [name for name in PAGE_SHEETS if name not in {"tokens", "print"}])
def test_colours_come_from_tokens_only(name: str) -> None:
    # The ground under a QR picture stays white in the dark, or scanners fail.
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", sheet(name))) <= {"#ffffff"}


def test_tokens_define_every_variable_that_sheets_use() -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", sheet("tokens")))
    used = {name for each in PAGE_SHEETS for name in re.findall(r"var\((--[a-z0-9-]+)", sheet(each))}
    assert used - defined == set()


def test_tokens_hold_properties_only_so_that_pdfs_can_share_them() -> None:
    assert "@font-face" not in sheet("tokens")


def test_respondents_sheet_stands_on_the_same_ground_as_base() -> None:
    assert len(ground("base")) > 5000
    assert ground("base") == ground("answer")


def test_respondents_page_leaves_room_in_its_budget() -> None:
    """30 kB gzipped without fonts and 100 kB with them: sheets and fonts may take 8 and 40 of these."""
    sheets = sum(len(gzip.compress(sheet(name).encode(), 6)) for name in ("tokens", "answer"))
    fonts = sum(font.stat().st_size for font in WEB_FONTS if "ext" not in font.name)
    assert sheets <= 8 * 1024
    assert fonts <= 40 * 1024


@pytest.mark.parametrize("path", [*WEB_FONTS, *PDF_FONTS], ids=lambda path: path.name)
def test_font_has_figures_of_one_width(path: Path) -> None:
    if "ext" in path.name:
        assert "zero" not in TTFont(path).getGlyphOrder()
        return
    font = TTFont(path)
    features = {record.FeatureTag: record.Feature for record in font["GSUB"].table.FeatureList.FeatureRecord}
    lookups = [font["GSUB"].table.LookupList.Lookup[index] for index in features["tnum"].LookupListIndex]
    mapping: dict[str, str] = {}
    for lookup in lookups:
        for table in lookup.SubTable:
            mapping.update(table.mapping)
    assert sorted(mapping) == sorted(FIGURES)
    assert len({font["hmtx"][name][0] for name in mapping.values()}) == 1
    assert len({font["hmtx"][name][0] for name in FIGURES}) > 1


def test_web_font_writes_every_vietnamese_letter() -> None:
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
    marked = [base + tone for base in "aăâeêioôơuưy" for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")]

    text = unicodedata.normalize("NFC", "".join([letters, *marked]))
    wanted = {ord(sign) for sign in text + text.upper() + "0123456789.,–−%“”‘’…·×≥≤₫"}
    for path in (STATIC / "fonts" / "be-vietnam-pro-400.woff2", STATIC / "fonts" / "be-vietnam-pro-600.woff2"):
        assert wanted - set(TTFont(path).getBestCmap()) == set()


def test_licences_travel_with_fonts_and_script() -> None:
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "Zero-Clause BSD" in (STATIC / "js" / "htmx.LICENSE.txt").read_text(encoding="utf-8")
