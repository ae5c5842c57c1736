"""A lack of memory is repeated only where it may pass by itself."""

import pytest
from neo4j.exceptions import Neo4jError

from ringleader.errors import ServerError
from ringleader.graph.driver_errors import out_of_memory
from ringleader.settings import load_settings

POOL = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
OWN = "409.0 MiB. db.memory.transaction.max threshold reached"
ALL = "614.0 MiB. dbms.memory.transaction.total.max threshold reached"


@pytest.mark.parametrize(
    ("code", "message", "awaited", "repeated"),
    [
        (POOL, OWN, False, False),
        (POOL, OWN, True, False),
        (POOL, ALL, True, False),
        (POOL, ALL, False, True),
        ("Neo.TransientError.Transaction.DeadlockDetected", "", True, True),
        ("Neo.ClientError.Statement.SyntaxError", "", True, True),
    ],
)
def test_what_the_driver_gets_to_repeat(tmp_path, code, message, awaited, repeated):
    settings = load_settings(env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path)
    error = Neo4jError._hydrate_neo4j(code=code, message=message)
    with (
        pytest.raises(Neo4jError if repeated else ServerError),
        out_of_memory(settings, "ad hoc", awaited=awaited),
    ):
        raise error
