"""Runs from start to publication, on real rows; the numbers are recomputed in tests/scoring/recomputed.py."""

import pytest

from scoring.enums import RunState
from tests.factories.results import published_edition, scored_edition

pytestmark = pytest.mark.django_db


def test_a_run_is_complete():
    run = scored_edition(responses=40)
    assert (run.state, run.fault) == (RunState.COMPLETE, "")


def test_published():
    publication = published_edition(responses=40)
    assert publication.release == 1
