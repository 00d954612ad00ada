"""Where records and businesses differ, in words that accuse nobody."""

from django.utils.translation import gettext as _

from ddci.templatetags.ddci_format import ABSENT, percent, write_number
from scoring.models import IndicatorScore
from scoring.selectors.contradictions import Contrast
from scoring.sentences.numbers import plain_number
from surveys.enums import Statistic


def contrast_sentence(contrast: Contrast) -> str:
    """Both values with their ranks among the units that have both, and what stands behind them."""
    hard, soft, found = contrast.hard, contrast.soft, contrast.found
    facts = {
        "hard": hard.indicator.name,
        "value": _value(hard),
        "hard_rank": found.hard_rank,
        "soft": soft.indicator.name,
        "answer": _value(soft),
        "soft_rank": found.soft_rank,
        "units": found.n_units,
        "n": write_number(soft.n, 0),
    }
    return (
        _(
            "In the records: %(hard)s %(value)s, rank %(hard_rank)s of %(units)s. In the survey: %(soft)s %(answer)s,"
            " rank %(soft_rank)s of %(units)s (n = %(n)s)."
        )
        % facts
    )


def _value(score: IndicatorScore) -> str:
    if score.raw is None:
        return ABSENT
    if score.indicator.statistic == Statistic.SHARE:
        return percent(score.raw, 1)
    measure = score.indicator.measure
    return f"{plain_number(score.raw)}{'' if measure in {'', '%'} else ' '}{measure}"
