"""The folder of a simulation: whole, or as it was."""

import json

import pytest

from ringleader.errors import WrongUsage
from ringleader.scenario import simulate as module
from ringleader.scenario.knobs import read_knobs
from ringleader.scenario.population import sizes
from ringleader.scenario.simulate import simulate


def test_nothing_is_left_of_what_was_interrupted(tmp_path, monkeypatch):
    target = tmp_path / "campaign"
    simulate(target, accounts=2_000, requests=1_000)
    before = (target / module.MANIFEST).read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "requests_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(target, accounts=2_000, requests=2_000)
    assert (target / module.MANIFEST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["campaign"]


def test_a_simulation_is_replaced_and_nothing_else(tmp_path):
    target = tmp_path / "campaign"
    simulate(target, accounts=2_000, requests=1_000)
    simulate(target, accounts=2_000, requests=2_000)
    assert json.loads((target / module.MANIFEST).read_text())["requests"] == 2_000
    assert [path.name for path in tmp_path.iterdir()] == ["campaign"]
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work")
    with pytest.raises(WrongUsage, match="no simulation"):
        simulate(other, accounts=2_000, requests=1_000)
    assert (other / "thesis.txt").read_text() == "years of work"


def test_too_few_accounts_for_the_cohorts_is_an_error():
    with pytest.raises(WrongUsage, match="too few"):
        sizes(read_knobs(), 1_000)
