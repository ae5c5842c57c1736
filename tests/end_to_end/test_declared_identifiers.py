"""Two identifiers that only a settings file declares carry a ring, from CSV files to STIX."""

import json

import pytest

SETTINGS = """
[server]
heap = "1g"
page_cache = "128m"

[identifiers.api_key]
table = "requests"
hashed = true
odds = 0.1
display = "API key"

[identifiers.kyc_document]
table = "accounts"
normaliser = "lower"
misp = ["text", "Person"]
"""
MEMBERS = [f"ring{number}" for number in range(6)]
OTHERS = 300  # beside fewer, six accounts with two things in common are no rarity
API_KEY = "key-of-one-hand"


def write_tables(folder):
    """Six accounts with one API key and one document; many others with their own of both."""
    folder.mkdir()
    accounts = ["account_id,created_at,kyc_document"]
    requests = ["account_id,timestamp,ip,api_key"]
    for number, member in enumerate(MEMBERS):
        # One document, as it was typed in: the normaliser makes it one.
        document = "DOC-77" if number % 2 else "doc-77 "
        accounts.append(f"{member},2026-03-0{number + 1}T10:00:00Z,{document}")
        requests += [
            f"{member},2026-04-0{day}T1{number}:00:00Z,198.51.{number}.{day},{API_KEY}"
            for day in range(1, 6)
        ]
    for number in range(OTHERS):
        other = f"other{number:03}"
        accounts.append(f"{other},2026-01-{number % 28 + 1:02}T10:00:00Z,own-{number}")
        requests += [
            f"{other},2026-04-0{day}T08:00:00Z,10.8.{number // 250}.{number % 250},key-{number}"
            for day in range(1, 4)
        ]
    (folder / "accounts.csv").write_text("\n".join(accounts) + "\n")
    (folder / "requests.csv").write_text("\n".join(requests) + "\n")
    return folder


@pytest.fixture(params=["plain", "bulk"])
def world(request, ringleader, tmp_path):
    """A function that runs the command line where the tables are loaded, and one for JSON."""
    (tmp_path / "ringleader.toml").write_text(SETTINGS)
    tables = write_tables(tmp_path / "tables")
    if request.param == "plain":
        request.getfixturevalue("graph")
        env, how = {}, []
    else:
        env, how = {"RINGLEADER_HOME": str(tmp_path / "home")}, ["--bulk"]

    def run(*args, **options):
        return ringleader(*args, env=env, **options)

    def answer(*args):
        return json.loads(run(*args, "--format", "json").stdout)

    try:
        run("load", "all", tables, *how)
        yield run, answer
    finally:
        if env:
            run("server", "stop", check=False)


def test_a_ring_rests_on_identifiers_of_the_settings_file(world, tmp_path):
    run, answer = world
    uses = answer(
        "cypher",
        "MATCH (:Account)-[u:USED_API_KEY]->(k:ApiKey) RETURN k.api_key AS key, u.events AS n",
    )
    assert len(uses) == len(MEMBERS) + OTHERS and sorted({row["n"] for row in uses}) == [3, 5]
    assert len({row["key"] for row in uses}) == 1 + OTHERS
    assert all(len(row["key"]) == 64 for row in uses)  # the hash, not the key itself
    constraints = answer("cypher", "SHOW CONSTRAINTS YIELD name RETURN name")
    assert {"apikey_api_key", "kycdocument_kyc_document"} <= {row["name"] for row in constraints}

    run("detect")
    [ring] = answer("rings", "list")
    assert (ring["size"], sorted(ring["families"])) == (6, ["api_key", "kyc_document"])
    members = answer("query", "run", "ring-members", "-p", f"ring_id={ring['ring_id']}")
    assert sorted(row["account_id"] for row in members) == MEMBERS
    told = answer("rings", "explain", ring["ring_id"])
    assert {row["family"] for row in told} == {"api_key", "kyc_document"}
    assert any(row["evidence"] == "KycDocument doc-77" for row in told)
    [key] = answer("hubs", "list", "--verdict", "owned", "--limit", "1")
    assert (key["label"], key["accounts"]) == ("ApiKey", 6)

    run("report", "--output", "report.html")
    page = (tmp_path / "report.html").read_text()
    assert ".f-kyc_document { --hue: var(--kyc_document); }" in page
    run("export", "rings", "--output", "rings.stix.json")
    bundle = (tmp_path / "rings.stix.json").read_text()
    [note] = [found for found in json.loads(bundle)["objects"] if found["type"] == "note"]
    assert "KycDocument doc-77" in note["content"] and API_KEY not in bundle
    run("export", "rings", "--output", "rings.misp.json")
    event = json.loads((tmp_path / "rings.misp.json").read_text())
    document = next(found for found in event["Attribute"] if found["value"] == "doc-77")
    assert (document["type"], document["category"]) == ("text", "Person")
    shown = run("query", "show", "near-misses-of-ring").stdout
    assert "|USED_API_KEY|HAS_KYC_DOCUMENT]" in shown
    shared = answer(
        "query", "run", "shared-by-two-accounts", "-p", "one=ring0", "-p", "other=ring5"
    )
    assert sorted(row["kind"] for row in shared) == ["ApiKey", "KycDocument"]
    # Without the declaration the evidence cannot be read, and the message says why.
    (tmp_path / "ringleader.toml").unlink()
    refused = run("rings", "explain", ring["ring_id"], check=False)
    assert refused.returncode and "which the settings do not declare" in refused.stderr
