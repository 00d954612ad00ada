"""Texts with placeholders such as {link}: what is wrong with them, and how they are filled."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LINK = "link"
PLACEHOLDERS: dict[str, str | Promise] = {
    "link": gettext_lazy("the personal link (must be there)"),
    "code": gettext_lazy("the code as it is typed"),
    "business": gettext_lazy("name of the business"),
    "edition": gettext_lazy("title of the edition"),
    "association": gettext_lazy("who asks"),
    "minutes": gettext_lazy("minutes to answer"),
    "deadline": gettext_lazy("last day of answering"),
    "contact": gettext_lazy("telephone or e-mail address for questions"),
    "stop": gettext_lazy("the link against further messages"),
}
_HOLE = re.compile(r"\{([^{}\n]*)\}|[{}]")
_KNOWN = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def text_faults(text: str, *, link: bool = True) -> list[str]:
    """What is wrong with a text, each fault with its place, in the reader's language; nothing: it can be sent.

    Args:
        link: whether the personal link must be in it.
    """
    faults = []
    for hole in _HOLE.finditer(text):
        if hole[1] not in PLACEHOLDERS:
            line = text.count("\n", 0, hole.start()) + 1
            column = hole.start() - text.rfind("\n", 0, hole.start())
            words = {"line": line, "column": column, "found": hole[0]}
            faults.append(_("Line %(line)d, character %(column)d: “%(found)s” is no placeholder.") % words)
    if link and "{link}" not in text:
        faults.append(_("The placeholder {link} is missing: without it nobody can answer."))
    return faults


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled, in one pass: braces inside a value stay as they are."""
    return _KNOWN.sub(lambda hole: values[hole[1]], text)


def paragraphs(text: str, values: Mapping[str, str]) -> list[list[tuple[str, str]]]:
    """The paragraphs of a text as pieces `(kind, words)` for a page: kind is "text", "link" or "stop"; a paragraph that
    is nothing but the link is [("button", link)].
    """
    found = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        if block.strip() == "{link}":
            found.append([("button", values[LINK])])
            continue
        pieces = re.split(r"\{(link|stop)\}", block.strip())
        found.append([
            (piece, values[piece]) if place % 2 else ("text", filled(piece, values))
            for place, piece in enumerate(pieces) if piece
        ])  # fmt: skip
    return found
