"""Which responses a recipe counts by the way in which they came, and how many a run left out, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.templatetags.ddci_format import write_number
from scoring.engine.channels import OUTSIDE
from surveys.enums import Channel

Counts = Mapping[str, int]


def channel_words(code: str) -> str:
    """A channel in the middle of a sentence; an unknown one stays as it is written."""
    return str(Channel(code).label).lower() if code in Channel.values else code


def counted_sentences(recipe: Mapping[str, Any]) -> Iterator[str]:
    """What a recipe says about channels; nothing where it leaves it at the usual choice."""
    if "channels" in recipe:
        named = ", ".join(channel_words(code) for code in recipe["channels"])
        yield _("Only responses that came in these ways count: %(channels)s.") % {"channels": named}


def channel_sentences(inputs: Mapping[str, Any]) -> Iterator[str]:
    """From the inputs of a run: how many responses its recipe left out by their channel, and how many it counts though
    nobody drew their businesses.
    """
    counts: Mapping[str, Counts] = inputs.get("channels", {})
    left_out = counts.get("left_out", {})
    if left_out:
        yield ngettext(
            "%(count)s response was not counted because of the way in which it came: %(channels)s.",
            "%(count)s responses were not counted because of the way in which they came: %(channels)s.",
            sum(left_out.values()),
        ) % {"count": write_number(sum(left_out.values()), 0), "channels": _listed(left_out)}
    outside = {code: n for code, n in counts.get("counted", {}).items() if code in OUTSIDE}
    if outside:
        yield ngettext(
            "%(count)s response counts though its business was not drawn, with the weight of one business:"
            " %(channels)s.",
            "%(count)s responses count though their businesses were not drawn, each with the weight of one business:"
            " %(channels)s.",
            sum(outside.values()),
        ) % {"count": write_number(sum(outside.values()), 0), "channels": _listed(outside)}


def _listed(counts: Counts) -> str:
    return ", ".join(f"{channel_words(code)} ({write_number(n, 0)})" for code, n in counts.items())
