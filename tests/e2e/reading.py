"""What a visitor reads off the public pages, files and data."""

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from typing import Any

from playwright.sync_api import Page, expect

WORDS = {
    "vi": {"table": "Bảng xếp hạng: ", "scale": "trên 100 điểm", "sub_indices": "Các chỉ số thành phần của đơn vị"},
    "en": {"table": "League table: ", "scale": "of 100 points", "sub_indices": "Sub-indices of this unit"},
}
SCORECARD = {"vi": "Phiếu điểm, PDF", "en": "Scorecard, PDF"}
KEY_FIGURES = {"vi": "Điểm Hạng Xếp loại Lượt đánh giá", "en": "Score Rank Band Ratings"}


def written(value: float, language: str) -> str:
    """Two decimals, as the language writes them."""
    return f"{value:.2f}".replace(".", "," if language == "vi" else ".")


def league_shown(page: Page, block: str, language: str) -> dict[str, list[str]]:
    """By name of unit: rank, total, every sub-index, n."""
    table = page.get_by_role("table", name=WORDS[language]["table"] + block)
    expect(table).to_be_visible()
    page.wait_for_load_state()
    shown = {}
    for row in table.get_by_role("row").all()[1:]:
        cells = [text.split() for text in row.get_by_role("cell").all_inner_texts()]
        rank, total, _band, *parts, n = cells
        name = row.get_by_role("rowheader").inner_text().strip()
        shown[name] = [rank[0], total[0], *(part[0] for part in parts), n[0]]
    return shown


def unit_shown(page: Page, language: str) -> list[str]:
    """Rank, total, every sub-index, n, from four places of the unit's page."""
    words = WORDS[language]
    total = page.get_by_text(words["scale"]).first.locator("xpath=..").inner_text().split()[0]
    sentences = page.get_by_role("main").inner_text()
    ranked = re.search(r"Hạng (\d+) trong \d+ đơn vị|Rank (\d+) of \d+", sentences)
    counted = re.search(r"từ (\d+) lượt đánh giá|from (\d+) ratings", sentences)
    assert ranked is not None
    assert counted is not None
    rows = page.get_by_role("table", name=words["sub_indices"]).get_by_role("row").all()[1:]
    parts = [row.get_by_role("cell").first.inner_text() for row in rows]
    return [ranked[1] or ranked[2], total, *parts, counted[1] or counted[2]]


def scorecard_downloaded(page: Page, language: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=SCORECARD[language]).click()
    return download.value.path().read_bytes()


def scorecard_shown(pdf: bytes, language: str) -> list[str]:
    """Rank, total, n, from the row of key figures on the first page of the PDF."""
    made = subprocess.run(["pdftotext", "-layout", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    text = re.sub(r"\s+", " ", made.stdout.decode())
    found = re.search(KEY_FIGURES[language] + r" ([\d.,]+) (\d+) ?/ ?\d+ .*? (\d+) ", text)
    assert found is not None, text
    return [found[2], found[1], found[3]]


def files_downloaded(page: Page) -> dict[str, bytes]:
    """Every file that the page of downloads shows with its SHA-256, by the end of its name; the hashes are checked."""
    entries = page.get_by_role("listitem").filter(has_text="SHA-256")
    expect(entries).not_to_have_count(0)
    found = {}
    for entry in entries.all():
        for link in entry.get_by_role("link").all():
            address = link.get_attribute("href") or ""
            content = page.request.get(address).body()
            expect(entry).to_contain_text(f"SHA-256 {hashlib.sha256(content).hexdigest()}")
            found[address.rstrip("/").split("-r1-")[1]] = content
    return found


def archived(archive: bytes, ending: str) -> bytes:
    """The one file of the archive whose name ends so."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith(ending)]
        return opened.read(name)


Figures = dict[str, tuple[float, int, int]]


def csv_figures(content: bytes) -> Figures:
    """By code of unit: total, rank, n."""
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return {line["unit"]: (float(line["score"]), int(line["rank"]), int(line["n"])) for line in lines}


def json_figures(content: bytes) -> Figures:
    return {unit["unit"]: (unit["score"], unit["rank"], unit["n"]) for unit in json.loads(content)["units"]}


def api_figures(page: Page, year: int) -> Figures:
    """Asked as a program asks: the releases, then the scores of the newest."""
    releases: Any = page.request.get("/api/v1/publications/", params={"year": year}).json()
    newest = releases["results"][0]["id"]
    scores: Any = page.request.get(f"/api/v1/publications/{newest}/scores/").json()
    assert scores["next"] is None
    return {row["unit"]: (row["total"], row["rank"], row["n"]) for row in scores["results"]}
