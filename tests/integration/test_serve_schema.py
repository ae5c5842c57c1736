"""Generated calls on the service: no answer is a server error, and each is as the document says.

``RINGLEADER_SCHEMA_CALLS=10000`` makes so many calls; by default there are few.
"""

import os
from collections import Counter

import judged_world
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import (
    content_type_conformance,
    load_all_checks,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from service_world import token

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.service.app import build
from ringleader.settings import load_settings

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
CALLS = int(os.environ.get("RINGLEADER_SCHEMA_CALLS", "150"))


@pytest.fixture(scope="module")
def service(connection, server, tmp_path_factory):
    """The application on a small world, with a lead's token."""
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(connection)
    detect(connection, Parameters())
    home = tmp_path_factory.mktemp("service")
    flags = {
        "neo4j.uri": server.uri,
        "neo4j.username": server.username,
        "neo4j.password": server.password,
    }
    app = build(
        lambda replaced: load_settings(
            {**flags, **replaced}, env={"RINGLEADER_HOME": str(home)}, cwd=home
        )
    )
    return app, token(home, "lead")


@pytest.mark.timeout(0 if CALLS > 1_000 else 300)
def test_no_generated_call_breaks_the_service(service):
    app, who = service
    load_all_checks()
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 11
    statuses = Counter()
    each = max(CALLS // len(operations), 1)
    for operation in operations:

        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def calls(case):
            response = case.call(headers=who)
            statuses[response.status_code] += 1
            assert response.status_code < 500, (case.as_curl_command(), response.text)
            case.validate_response(response, checks=CHECKS)

        calls()
    assert statuses[200] > 0
