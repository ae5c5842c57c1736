"""What several modules of tests on a server share."""

import export_world
import pytest


@pytest.fixture(scope="module")
def export_graph(connection):
    """The small graph of findings that exports are tested on."""
    return export_world.built(connection)


@pytest.fixture
def exported(export_graph, tmp_path):
    """A function that exports a thing of that graph and gives the file."""
    return export_world.exporter(export_graph, tmp_path)
