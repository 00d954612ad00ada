"""Faults that belong to one database, or that only root can bring about, are left out elsewhere and counted as such."""

import os

import pytest
from django.db import connection


def _fits(item: pytest.Item) -> bool:
    asked = [mark.kwargs for mark in item.iter_markers("faults")]
    vendors = {each["vendor"] for each in asked if "vendor" in each}
    return vendors <= {connection.vendor} and (os.geteuid() == 0 or not any(each.get("root") for each in asked))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _fits(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _fits(item)]
