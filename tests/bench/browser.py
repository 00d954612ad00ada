"""A respondent's browser as far as forms go: keeps its connection, fills in pages, follows redirects."""

import http.client
import random
import re
import time
from html import unescape
from urllib.parse import urlencode

FORM = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.S)
ACTION = re.compile(r'action="([^"]*)"')
FIELD = re.compile(r"<input\b[^>]*>", re.S)
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
RANGE = re.compile(r'id="[^"]*-range"[^>]*>[^0-9]*([0-9.,]+)[^0-9]+([0-9.,]+)')
MOST = re.compile(r"nhiều nhất (\d+)")
LONGEST_WALK = 200


class Browser:
    def __init__(self, address: str, seed: int) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=120)
        self.rng = random.Random(seed)
        self.times: list[float] = []

    def answer(self, code: str) -> bool:
        """From the link to the receipt; whether a receipt was shown."""
        try:
            path, page = self.request("GET", f"/s/{code}/")
            for _ in range(LONGEST_WALK):
                if path.endswith("/receipt/"):
                    return True
                path, page = self.request(*self.filled(path, page))
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            self.connection.close()
        return False

    def request(self, method: str, path: str, body: str | None = None) -> tuple[str, str]:
        """The page at the end of the redirects, each request timed."""
        headers = {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.times.append(time.perf_counter() - begun)
        if response.status in (302, 303):
            return self.request("GET", response.headers["Location"])
        if response.status != 200:
            raise ValueError(f"{response.status} at {path}")
        return path, content.decode()

    def filled(self, path: str, page: str) -> tuple[str, str, str]:
        """The main form of a page with every question answered."""
        wanted = "data-once" if path.endswith("/review/") else 'id="page-form"'
        whole = next(form for form in FORM.finditer(page) if wanted in form.group(0))
        action = ACTION.search(whole.group(0).split(">", 1)[0])
        data: list[tuple[str, str]] = [("go", "next")]
        radios: dict[str, list[str]] = {}
        ticks: dict[str, list[str]] = {}
        for tag in FIELD.findall(whole.group(1)):
            field = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}
            if field.get("type") == "hidden":
                data.append((field["name"], field.get("value", "")))
            elif field.get("type") == "radio":
                radios.setdefault(field["name"], []).append(field["value"])
            elif field.get("type") == "checkbox":
                ticks.setdefault(field["name"], []).append(field["value"])
            elif field.get("type") == "text" and "name" in field:
                data.append((field["name"], str(self.rng.randint(1, 9))))
        data += [(name, self.rng.choice(values[:4] if name != "p-type" else values)) for name, values in radios.items()]
        for name, values in ticks.items():
            data += [(name, value) for value in (values if len(values) == 1 else self.chosen(whole.group(1), values))]
        return "POST", unescape(action.group(1)) if action and action.group(1) else path, urlencode(data)

    def chosen(self, form: str, values: list[str]) -> list[str]:
        """Up to two units of the first group and one of the last, within what the page allows this respondent."""
        groups = []
        for part in form.split("<fieldset")[1:]:
            units, most = re.findall(r'name="unit" value="([^"]+)"', part), MOST.search(part)
            if units:
                groups.append((units, int(most.group(1)) if most else 2))
        first, last = groups[0] if groups else (values, 2), groups[-1][0] if len(groups) > 1 else []
        return [*self.rng.sample(first[0], min(first[1], 2)), *self.rng.sample(last, min(len(last), 1))]
