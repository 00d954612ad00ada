"""Titles of the sections of the diagnostics, how their figures are read, and what the job is doing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "weighting": _("What weighting costs"),
    "margins": _("The sample against the population"),
    "distribution": _("How far the weights are apart"),
    "signal": _("Signal and noise"),
    "alpha": _("Consistency of the questions"),
    "items": _("Each indicator with the rest of its sub-index"),
    "effective": _("Weights as written and as they act"),
    "correlations": _("Correlations"),
    "goalposts": _("Ends of the scale set by one unit"),
    "leave-one-out": _("Without one indicator"),
    "leniency": _("Kind and severe raters"),
    "drivers": _("What goes together with satisfaction"),
    "flagged": _("With and without flagged responses"),
    "choices": _("Decisions of method against the sample"),
    "ranges": _("Ranks under other samples, recipes and weights"),
    "errors": _("The sampling error checked by resampling"),
}

HOW: dict[str, Promise] = {
    "weighting": _(
        "Unequal weights make a sample less precise: Kish's effective number says how many responses of equal weight"
        " would be as precise. A design effect above 2 means that more than half of the precision is lost."
    ),
    "margins": _(
        "For each group: its share of the responses (ring) and after weighting (dot). The dot should stand on the"
        " line, the share of the population; a long way from ring to dot means that few responses speak for many."
    ),
    "distribution": _("A few heavy responses can decide a score. Trimming in the recipe holds weights within bounds."),
    "signal": _(
        "Units differ because they are different and because other businesses happened to answer. Signal is the part of"
        " the spread that would stay with ever more responses; below 70% a rank says little."
    ),
    "alpha": _(
        "Cronbach's alpha says how far the questions of a sub-index rise and fall together, over single ratings (dot,"
        " with its confidence interval) and over units (ring). Below 0.7 they measure rather different things: the"
        " sub-index is then a sum of different matters, not one trait measured several times."
    ),
    "items": _(
        "The correlation of an indicator with the sum of the others of its sub-index: over single ratings (bar) and"
        " over units (ring). Below 0.2 it stands alone; below 0 it runs against the others: look at its direction"
        " and its wording."
    ),
    "effective": _(
        "The written weight (ring) says what was meant, the acting weight (dot) which share of the differences between"
        " units a sub-index really makes. Where all units are alike, a sub-index decides little, whatever its weight."
    ),
    "correlations": _(
        "From −1 to 1: does a unit with more points on the indicator also have a higher score on the sub-index (bar)"
        " and in total (ring)? The downloaded file has the correlation with every sub-index."
    ),
    "goalposts": _(
        "Dots are the units between the two ends of the scale, which the weakest and the best unit set. The figure says"
        " by how much the scale would shrink without the unit at its end (dark): one far outlier presses all others"
        " together."
    ),
    "leave-one-out": _(
        "Each indicator is taken away in turn and its weight goes to the others of its sub-index; the bar is the"
        " largest move of a rank. The downloaded file has the rank of every unit without every indicator."
    ),
    "leniency": _(
        "A business that rates several units shows whether it rates kindly or severely. The ring is the official rank,"
        " the dot the rank with that taken out, the band the official rank range. A dot outside its band is an alarm."
        " The official score is never replaced."
    ),
    "drivers": _(
        "How much of the differences in overall satisfaction goes together with each sub-index (each part of R²). It is"
        " what goes together, not what causes it."
    ),
    "flagged": _(
        "Flagged responses look careless or copied. A flag alone takes nothing out of the official score; responses"
        " that people excluded are out of it unless the run says otherwise. “Without the flagged responses” leaves out"
        " both."
    ),
    "choices": _(
        "How far ranks typically move (standard deviation in ranks, over all ranked units) when one decision is taken"
        " in another defensible way: alone (dot) and together with the others (ring). Sampling error is on the same"
        " axis: what is far below it need not be argued about. The downloaded file has every unit's shares (Sobol)."
    ),
    "ranges": _(
        "Other samples: between which ranks the unit alone may stand, given its answers. Other weights: 10,000 draws"
        " round the official weights, without bonus or penalty points. Other recipes: all decisions of method varied"
        " together."
    ),
    "errors": _(
        "The error of each score is worked out by formula (linearised) and again by drawing the businesses anew"
        " (Rao–Wu bootstrap). Their ratio should be near 1; on goalposts of the edition the drawn errors come out"
        " somewhat smaller."
    ),
}

# What the second job is doing, part by part (scoring.frames.deep.PARTS).
PARTS: dict[str, Promise] = {
    "weights": _("spread of the weights"),
    "consistency": _("consistency of the questions"),
    "goalposts": _("goalposts"),
    "leave_one_out": _("ranks without each indicator"),
    "leniency": _("kind and severe raters"),
    "drivers": _("overall satisfaction"),
    "drawn_weights": _("ranks under other weights"),
    "flagged": _("ranks without flagged responses"),
    "choices": _("ranks under other choices of method"),
    "errors": _("resampling"),
}


def part_words(part: str) -> str:
    """What is being computed at this moment; an unknown part stands for itself."""
    return str(PARTS.get(part, part))
