"""A run keeps what became of every unit since the edition before: tested on a shared yardstick, taken apart always."""

from datetime import date
from math import hypot

import numpy as np
import pytest
from scipy.stats import norm

from scoring.engine.change import holm
from scoring.models import Publication, Score
from surveys.enums import LineageKind
from surveys.models import BlockUnit, Unit, UnitLineage
from surveys.selectors.lineage import lineage_between
from tests.factories.editions import edition_closed, edition_make
from tests.factories.people import province_make
from tests.reports.releases import release_of, releases_over

pytestmark = pytest.mark.django_db


def kept(publication: Publication, block: str = "departments") -> dict:
    return publication.run.diagnostics["blocks"][block]["change"]


def scores_of(publication: Publication, block: str = "departments") -> dict[str, Score]:
    found = Score.objects.filter(run=publication.run, block__code=block).select_related("block_unit__unit")
    return {score.block_unit.unit.code: score for score in found}


def before(publication: Publication) -> Publication:
    return Publication.objects.get(edition__year=publication.edition.year - 1)


def test_first_edition_has_nothing_to_compare_with() -> None:
    assert kept(releases_over(2024)) is None


def test_changes_on_fixed_goalposts_are_the_differences_of_the_stored_rows_with_their_errors() -> None:
    publication = releases_over(2023, 2024)
    facts, new, old = kept(publication), scores_of(publication), scores_of(before(publication))

    assert (facts["year"], facts["result"], facts["tested"]) == (2023, before(publication).run.result_sha256, True)
    assert set(facts["units"]) == set(new)
    tests = []
    for code, found in facts["units"].items():
        difference = (new[code].total or 0) - (old[code].total or 0)
        se = hypot(new[code].se or 0, old[code].se or 0)
        assert (found["change"], found["se"]) == (pytest.approx(difference), pytest.approx(se))
        assert found["p"] == pytest.approx(2 * norm.sf(abs(difference) / se))
        tests.append(found["p"])
    raised = [found["p_holm"] for found in facts["units"].values()]
    assert raised == pytest.approx(holm(np.array(tests)))


def test_parts_sum_to_the_change_and_on_fixed_goalposts_all_comes_from_values() -> None:
    for found in kept(releases_over(2023, 2024))["units"].values():
        assert found["values"] == pytest.approx(found["change"])
        assert (found["goalposts"], found["weights"], found["adjustment"]) == pytest.approx((0, 0, 0))


def test_on_goalposts_of_each_edition_nothing_is_tested_but_the_parts_are_kept() -> None:
    publication = releases_over(2023, 2024, fixed=False)
    facts = kept(publication)

    assert facts["tested"] is False
    assert facts["units"]
    for found in facts["units"].values():
        assert "p" not in found
        assert found["values"] + found["goalposts"] + found["weights"] == pytest.approx(found["change"])
    assert any(abs(found["goalposts"]) > 0.01 for found in facts["units"].values())


def test_withheld_units_count_in_no_test() -> None:
    publication = releases_over(2023)
    edition = edition_closed(province=publication.edition.province, year=2024, units=4, responses=60)
    BlockUnit.objects.filter(block__edition=edition, unit__code="so-noi-vu").update(withheld=True)

    facts = kept(release_of(edition, fixed=True))

    assert set(facts["units"]) == {"so-cong-thuong", "so-tai-chinh", "so-xay-dung"}
    smallest = min(found["p"] for found in facts["units"].values())
    assert min(found["p_holm"] for found in facts["units"].values()) == pytest.approx(min(1, 3 * smallest))


def test_merged_units_have_no_change_and_renamed_ones_keep_theirs() -> None:
    province = province_make()
    earlier, later = (edition_make(province=province, year=year, units=4) for year in (2023, 2024))
    units = {unit.code: unit for unit in Unit.objects.filter(province=province)}
    gone = Unit.objects.create(province=province, code="so-cu", kind="department", name_vi="Sở cũ")
    UnitLineage.objects.create(
        predecessor=gone, successor=units["so-noi-vu"], kind=LineageKind.MERGED, on=date(2024, 7, 1)
    )
    fresh = Unit.objects.create(province=province, code="so-moi", kind="department", name_vi="Sở mới")
    BlockUnit.objects.filter(block__edition=later, unit=units["so-tai-chinh"]).update(unit=fresh)
    UnitLineage.objects.create(
        predecessor=units["so-tai-chinh"], successor=fresh, kind=LineageKind.RENAMED, on=date(2024, 3, 1)
    )

    found = lineage_between(later, earlier)["departments"]

    assert found == {"so-cong-thuong": "so-cong-thuong", "so-xay-dung": "so-xay-dung", "so-moi": "so-tai-chinh"}


def test_a_lost_file_of_the_earlier_answers_does_not_stop_the_run() -> None:
    publication = releases_over(2023)
    publication.run.dataset.file.storage.delete(publication.run.dataset.file.name)

    later = release_of(edition_closed(province=publication.edition.province, year=2024, units=4, responses=60))

    assert kept(later) is None
