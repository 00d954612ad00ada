"""The API keeps what its description says, whatever it is asked."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ddci.wsgi import application
from tests.reports.releases import release_with_gaps

pytestmark = pytest.mark.django_db
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
UNPACKED = {"Accept-Encoding": "identity"}
# An answer is asked for by wsgi, in this thread: the rows of the test are there.
described: Any = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)
schema = schemathesis.openapi.from_dict(described)
schema.app = application


@pytest.fixture(scope="module")
def release(shared: None) -> int:
    return release_with_gaps().pk


@pytest.fixture
def publication(release: int, db: None) -> Iterator[int]:
    """A release, and a connection that stays open between requests, as the test client of Django keeps it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield release
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: Any, publication: int) -> None:
    case.call_and_validate(checks=CHECKS, headers=UNPACKED)
    if "id" in case.path_parameters:
        case.path_parameters["id"] = publication
        case.call_and_validate(checks=CHECKS, headers=UNPACKED)
