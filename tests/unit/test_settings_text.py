"""Backups hold the settings file without what is secret in it."""

import tomllib

import pytest

from ringleader.loaders.lifecycle.settings_text import LEFT_OUT, without_secrets

SETTINGS = """
# Ours. The old login was
# password = "MARKED-0-old"
neo4j.password = "MARKED-1-word"
queries = ["~/queries"]

[server]
heap = "2g"  # stays

[log]
format = "text"
password_file = "/run/secrets/neo4j"

[enrich]
asn_mmdb = "asn.mmdb"

[smtp]
host = "mail.example"
smtp_password = 'MARKED-2-mail'
auth = {user = "x", token = "MARKED-3-inline"}

[oidc]
client_id = "ringleader"
client-secret = "MARKED-4-oidc"
issuer = "https://login.example/realm"

[jobs.nightly]
schedule = "0 3 * * *"

[[jobs.nightly.steps]]
step = "load"
table = "requests"
sources = ["postgresql://reader:MARKED-5-db@db.example/logs?sslmode=require", "s3://bucket/x"]

[[jobs.nightly.steps]]
step = "notify"
url = "https://hooks.example/services/T0/MARKED-6-path"
key_file = "/etc/ringleader/webhook.key"
key_env = "HOOK_KEY"
headers = ["Bearer MARKED-7-header"]
note = "whsec_MARKED-8-key"
"""


def test_no_secret_is_left_and_the_rest_is():
    made = without_secrets(SETTINGS)
    assert "MARKED" not in made
    before, after = tomllib.loads(SETTINGS), tomllib.loads(made)
    assert after["server"] == before["server"] and after["queries"] == before["queries"]
    assert after["log"]["password_file"] == "/run/secrets/neo4j"
    assert after["oidc"]["issuer"] == before["oidc"]["issuer"]
    load, notify = after["jobs"]["nightly"]["steps"]
    assert load["sources"][1] == "s3://bucket/x"
    assert (notify["key_file"], notify["key_env"]) == ("/etc/ringleader/webhook.key", "HOOK_KEY")
    assert "# stays" in made


@pytest.mark.parametrize(
    "text",
    [
        'password = """MARKED\nsecond line"""',
        'password = "MARKED\\u0041bcdef"',
        'a = {b = {secret = "MARKED\\tx"}}',
        "note = '''\nwhsec_ no\n'''\ntoken = '''MARKED'''",
    ],
)
def test_what_cannot_be_separated_is_left_out_whole(text):
    made = without_secrets(text)
    assert "MARKED" not in made
    assert made == LEFT_OUT or "MARKED" not in str(tomllib.loads(made))


def test_a_file_without_secrets_stays_as_it_is():
    text = '[identifiers.api_key]\nlabel = "ApiKey"\n\n[detect]\nresolution = 1.5\n'
    assert without_secrets(text) == text
