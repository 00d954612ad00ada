"""The watch list in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.templatetags.ddci_format import percent, write_number
from reports.selectors.watch import INDICATOR, TOTAL, Line, Value, WatchList
from surveys.enums import Statistic


def item_name(line: Line) -> str:
    return _("Total score") if line.kind == TOTAL else line.name


def value_words(line: Line, value: float) -> str:
    """A value in the unit of its item: 68,25 points, 62,4%, 7 days."""
    if line.kind == INDICATOR and line.statistic == Statistic.SHARE:
        return percent(value, 1)
    text = write_number(value, 2)
    if line.kind != INDICATOR or not line.measure:
        return text
    return f"{text}%" if line.measure == "%" else f"{text} {line.measure}"


def steps(line: Line) -> list[tuple[Value, str]]:
    """Each year's value in words, oldest first."""
    return [(each, value_words(line, each.value)) for each in line.values]


def line_sentence(line: Line) -> str:
    """What fell, how often in a row, and which of the falls exceed chance."""
    first, last = line.values[0], line.values[-1]
    facts: dict[str, object] = {
        "item": item_name(line),
        "falls": line.falls,
        "before": value_words(line, first.value),
        "after": value_words(line, last.value),
        "first": first.year,
        "last": last.year,
    }
    said = (
        _(
            "%(item)s became worse in %(falls)s editions in a row: from %(before)s in %(first)s to %(after)s in "
            "%(last)s."
        )
        % facts
    )
    return f"{said} {beyond_sentence(line)}"


def beyond_sentence(line: Line) -> str:
    """Which falls exceed chance."""
    if all(each.beyond is None for each in line.values):
        return _("Recorded figures have no sampling error.")
    if not line.beyond:
        return _("Each fall alone may be chance.")
    years = ", ".join(str(year) for year in line.beyond)
    return ngettext(
        "Beyond chance: the fall of %(years)s.", "Beyond chance: the falls of %(years)s.", len(line.beyond)
    ) % {"years": years}


def reach_sentences(watch: WatchList) -> list[str]:
    """What the list can see."""
    if not watch.times:
        return [_("A watch list needs three published editions at least; there are not as many yet.")]
    facts = {"times": watch.times, "first": watch.years[0], "last": watch.years[-1]}
    said = [
        _(
            "What fell in each of the last %(times)s editions, %(first)s to %(last)s, for units whose life was not "
            "broken."
        )
        % facts
    ]
    if watch.times < 3:
        said.append(_("This is an early warning: with one more edition the list asks for three falls in a row."))
    if watch.moved:
        said.append(
            _("Without totals and sub-indices, as goalposts or weights moved between the years: %(blocks)s.")
            % {"blocks": ", ".join(watch.moved)}
        )
    return said
