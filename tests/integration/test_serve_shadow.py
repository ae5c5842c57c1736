"""Shadow runs over HTTP: started by a lead, one at a time, with nothing written."""

import json
import time

import judged_world
from judged_worlds import RING, SECOND
from service_world import judged, running, settings_of, token

from ringleader.audit import FILE, subject
from ringleader.graph.locks import file_lock


def ended(client, who):
    until = time.monotonic() + 120
    while (last := client.get("/v1/shadow", headers=who).json())["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.2)
    return last


def test_a_lead_starts_a_shadow_run_and_sees_the_difference(connection, server, tmp_path):
    world = judged(connection)
    names = judged_world.rings(world)
    lead = token(tmp_path, "lead", "lea")
    with running(settings_of(server, tmp_path)) as client:
        listed = client.get("/v1/parameters", headers=lead).json()["rows"]
        least = next(row for row in listed if row["parameter"] == "min_ring_size")
        assert (least["value"], least["default"]) == (5, 5)
        assert client.get("/v1/shadow", headers=lead).json()["state"] == "none"
        asked = {"parameters": {"min_ring_size": 11}}
        for role in ("analyst", "auditor", "machine", "observer"):
            who = token(tmp_path, role, role)
            assert client.post("/v1/shadow", json=asked, headers=who).status_code == 403
            assert client.get("/v1/shadow", headers=who).status_code == 403
        for wrong in (
            {"parameters": {"min_ring_size": 1}},
            {"parameters": {"colour": 1}},
            {"algorithm": "walktrap"},
            {"seed": 3},
        ):
            told = client.post("/v1/shadow", json=wrong, headers=lead)
            assert told.status_code == 422, told.text
        begun = client.post("/v1/shadow", json=asked, headers=lead)
        assert (begun.status_code, begun.json()["state"]) == (202, "running")
        again = client.post("/v1/shadow", json=asked, headers=lead)
        assert again.status_code == 409 and "a shadow run of lea is under way" in again.text
        last = ended(client, lead)
    assert (last["state"], last["by"], last["error"]) == ("done", "lea", None)
    assert last["settings"] == {"algorithm": "leiden", "min_ring_size": 11}
    [row] = last["rows"]
    assert (row["change"], row["ring_id"]) == ("gone", names[tuple(SECOND)])
    assert row["accounts_left"] == SECOND
    assert f"would publish 1 ring of {len(RING)} accounts: 1 gone" in last["messages"]
    assert judged_world.rings(world) == names
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()]
    [start] = [one for one in lines if one["event"] == "start shadow run"]
    assert (start["by"], start["given"]["min_ring_size"]) == ("lea", 11)
    looks = [one for one in lines if one["event"] == "look at a shadow run"]
    assert looks and looks[0]["subjects"] == [names[tuple(SECOND)]]
    assert subject(tmp_path, SECOND[0]) not in str(lines)


def test_a_shadow_run_that_fails_says_why(connection, server, tmp_path):
    judged(connection)
    lead = token(tmp_path, "lead", "lea")
    read = settings_of(server, tmp_path)
    # The lock of the data folder is held, as by a load.
    with running(read) as client, file_lock(read({}), "load"):
        client.post("/v1/shadow", json={}, headers=lead)
        last = ended(client, lead)
    assert last["state"] == "failed"
    assert "`ringleader load` holds the lock" in last["error"]
