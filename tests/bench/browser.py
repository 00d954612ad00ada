"""A respondent's browser as far as the server is concerned: keeps its connection, loads what the first page names,
fills in pages and sends them.

With a script (`script=True`) it does what static/js/answer.js does for somebody who answers without a pause: a form is
answered with the next page; the pages about one unit come together, are turned without asking the server, and are sent
together at the end of the unit. Without a pause nothing is saved in between; `saving` saves after every page turned, as
happens when people need their time. Without a script, every page is sent and answered with the address of the next.

A real browser spends its own processor on understanding a page. Here that would be taken from the server measured, so
the fields of a page are looked up once for each kind of page (`Known`), and afterwards only counted.
"""

import random
import re
import time
import zlib
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin

from tests.bench.connection import Connection

ADDRESS = re.compile(r'data-address="([^"]*)"')
ACTION = re.compile(r'action="([^"]*)"')
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')
FIELD = re.compile(r"<input\b[^>]*>", re.S)
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
MOST = re.compile(r"(?:nhiều nhất|Chọn) (\d+)")
FILE = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2))"')
FACE = re.compile(r"@font-face\s*{[^}]*}")
FONT = re.compile(r'url\("?([^)"]+\.woff2)"?\)')
LETTERS = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
LONGEST_WALK = 200

Entries = list[tuple[str, str]]


@dataclass
class Known:
    """Fields of every kind of page, as the first to see it has read them; files of the first page."""

    fields: dict[str, list[tuple[int, dict[str, list[str]]]]] = field(default_factory=dict)
    units: list[tuple[list[str], int]] = field(default_factory=list)


class Browser:
    def __init__(self, address: str, seed: int, known: Known, *, script: bool = True, saving: bool = False) -> None:
        self.connection = Connection(address)
        self.rng = random.Random(seed)
        self.known, self.script, self.saving = known, script, saving
        self.times: list[float] = []
        self.saves = 0

    def answer(self, code: str) -> bool:
        """From the link to the receipt; whether a receipt was shown."""
        try:
            path, page = self.request("GET", f"/s/{code}/")
            self.load_files(page)
            for _ in range(LONGEST_WALK):
                if 'class="receipt-code"' in page:
                    return True
                path, page = self.request("POST", *self.filled(path, page))
        except (OSError, ValueError, LookupError):
            return False
        finally:
            self.connection.close()
        return False

    def save(self, code: str, times: int) -> int:
        """Come to the first page about a unit and save it again and again, as somebody does who changes an answer every
        time; how many saves were confirmed.
        """
        try:
            path, page = self.request("GET", f"/s/{code}/")
            while "/rate/" not in path:
                path, page = self.request("POST", *self.filled(path, page))
                path = action_of(form_of(page))
            form, confirmed = form_of(page), 0
            self.times.clear()
            for turn in range(1, times + 1):
                shared = self.with_turn([*HIDDEN.findall(form), ("go", ""), ("script", "1")], turn, "autosave")
                _path, told = self.request("POST", path, [*shared, *self.entries(self.kind(path), form)])
                confirmed += '"revision"' in told
            return confirmed
        finally:
            self.connection.close()

    def request(self, method: str, path: str, entries: Entries | None = None) -> tuple[str, str]:
        """The page at the end of the redirects, each request timed."""
        body = None if entries is None else urlencode(entries).encode()
        begun = time.perf_counter()
        found = self.connection.ask(method, path.partition("#")[0], body)
        self.times.append(time.perf_counter() - begun)
        if found.status in (302, 303):
            return self.request("GET", found.headers["location"])
        if found.status != 200:
            raise ValueError(f"{found.status} at {path}")
        packed = found.headers.get("content-encoding") == "gzip"
        content = zlib.decompress(found.content, wbits=31) if packed else found.content
        return path, "" if path.endswith(".woff2") else content.decode()

    def load_files(self, page: str) -> None:
        """What a browser that was never here before asks for beside the page; of the fonts, those that have one of its
        letters.
        """
        for name in dict.fromkeys(FILE.findall(page)):
            _path, content = self.request("GET", name)
            for face in FACE.findall(content):
                font = urljoin(name, FONT.search(face)[1])  # type: ignore[index]
                if font not in page and is_needed(face, page):
                    self.request("GET", font)

    def filled(self, path: str, page: str) -> tuple[str, Entries]:
        """Address and entries of the main form of a page, with every question answered."""
        form = form_of(page)
        action = action_of(form)
        shared = [*HIDDEN.findall(form), ("go", "next")]
        shared += [("script", "1")] if self.script else []
        parts = page.split("<template ")[1:] if self.script else []
        sheets = [(ADDRESS.search(part)[1], part) for part in parts]  # type: ignore[index]
        entries = self.entries(self.kind(action), form)
        for turn, (address, sheet) in enumerate(sheets, 1):
            if self.saving:
                self.request("POST", action, [*self.with_turn(shared, turn, "autosave"), *entries])
                self.saves += 1
                entries = []
            action = unescape(address)
            entries = [*entries, *self.entries(self.kind(action), sheet)]
        return action, [*self.with_turn(shared, len(sheets) + 1, "next"), *entries]

    @staticmethod
    def with_turn(shared: Entries, turn: int, go: str) -> Entries:
        changed = {"turn": str(turn), "go": go}
        return [(name, changed.get(name, value)) for name, value in shared]

    def kind(self, address: str) -> str:
        """Pages with one name hold the same questions: those about units of one block do."""
        parts = address.split("/")[3:-1]
        if parts[:1] == ["rate"]:
            block = next((place for place, (units, _most) in enumerate(self.known.units) if parts[1] in units), -1)
            return f"rate/{block}/{parts[2]}"
        return parts[0] if parts else "about"

    def entries(self, kind: str, part: str) -> Entries:
        """An answer to every question of a page."""
        if kind == "units":
            return self.chosen(part)
        for count, fields in self.known.fields.get(kind, ()):
            if part.count("<input") == count:
                return [(name, self.one_of(name, values)) for name, values in fields.items()]
        self.known.fields.setdefault(kind, []).append((part.count("<input"), fields_of(part)))
        return self.entries(kind, part)

    def one_of(self, name: str, values: list[str]) -> str:
        if not values:
            return str(self.rng.randint(1, 9))
        return values[int(self.rng.random() * (len(values) if name == "p-type" else min(len(values), 4)))]

    def chosen(self, form: str) -> Entries:
        """As many units of each group as the page allows."""
        if not self.known.units:
            for part in form.split("<fieldset")[1:]:
                units, most = re.findall(r'name="unit" value="([^"]+)"', part), MOST.search(part)
                if units:
                    self.known.units.append((units, int(most[1]) if most else 1))
        return [("unit", unit) for units, most in self.known.units for unit in self.rng.sample(units, most)]


def is_needed(face: str, page: str) -> bool:
    """Whether the page has a letter for which a font is declared."""
    ranges = [(int(first, 16), int(last or first, 16)) for first, last in LETTERS.findall(face)]
    return any(first <= ord(letter) <= last for letter in set(page) for first, last in ranges)


def form_of(page: str) -> str:
    """The main form of a page."""
    mark = "data-once" if " data-once" in page else "<form id="
    start = page.rindex("<form", 0, page.index(mark) + 5)
    return page[start : page.index("</form>", start)]


def action_of(form: str) -> str:
    return unescape(ACTION.search(form.split(">", 1)[0])[1])  # type: ignore[index]


def fields_of(part: str) -> dict[str, list[str]]:
    """Each field to be filled in with the values it offers; a field to type in offers none."""
    found: dict[str, list[str]] = {}
    for tag in FIELD.findall(part):
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}
        match attributes.get("type"):
            case "radio" | "checkbox":
                found.setdefault(attributes["name"], []).append(attributes["value"])
            case "text" if "name" in attributes:
                found[attributes["name"]] = []
    # A number stands beside "not applicable" and "don't know"; one of the two is filled in.
    return {name: values for name, values in found.items() if f"n-{name.removeprefix('q-')}" not in found}
