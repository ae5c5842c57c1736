"""A log as a cloud writes it, through the command line, into the graph."""

import gzip
import json

from load_world import nodes, relationships

EVENT = {
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann"},
    "eventTime": "2026-02-01T10:00:00Z",
    "eventSource": "bedrock.amazonaws.com",
    "eventName": "InvokeModel",
    "sourceIPAddress": "203.0.113.7",
    "eventID": "event-1",
}


def test_a_trail_becomes_uses_of_addresses_once(ringleader, graph, tmp_path):
    records = [
        EVENT,
        {**EVENT, "eventID": "event-2", "eventTime": "2026-02-01T11:00:00Z"},
        {**EVENT, "eventID": "event-3", "sourceIPAddress": "AWS Internal"},
        {**EVENT, "eventID": "event-4", "eventName": "ListGuardrails"},
    ]
    trail = tmp_path / "trail.json.gz"
    trail.write_bytes(gzip.compress(json.dumps({"Records": records}, indent=1).encode()))
    command = ("load", "requests", trail, "--mapping", "preset:cloudtrail-bedrock")
    done = ringleader(*command, "--format", "jsonl")
    row = json.loads(done.stdout)
    assert (row["read"], row["loaded"], row["quarantined"]) == (3, 3, 0)
    assert "trail.json.gz: skipped 1 records that the mapping" in done.stderr
    again = ringleader(*command)
    assert "was loaded before; nothing to do" in again.stderr
    assert [n["account_id"] for n in nodes(graph, "Account")] == [EVENT["userIdentity"]["arn"]]
    [(account, address, said)] = relationships(graph, "USED_IP")
    assert (account, address) == (EVENT["userIdentity"]["arn"], "203.0.113.7")
    assert (said["events"], said["channels"]) == (2, ["bedrock"])
    listed = ringleader("load", "presets", "--format", "csv").stdout
    assert "preset:cloudtrail-bedrock,requests,AWS CloudTrail" in listed
