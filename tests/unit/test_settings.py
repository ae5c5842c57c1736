"""Which place decides a setting, and what happens when one is wrong."""

import json

import pytest

from ringleader.errors import SettingsError
from ringleader.settings import load_settings


def managed(home):
    (home / "server").mkdir(parents=True)
    (home / "server" / "password").write_text("generated\n")
    state = {
        "uri": "bolt://127.0.0.1:7999",
        "username": "neo4j",
        "password_file": str(home / "server" / "password"),
        "database": "neo4j",
    }
    (home / "server" / "state.json").write_text(json.dumps(state))


def shown(settings):
    return {s.name: (s.shown, s.source) for s in settings.describe()}


def test_precedence_is_flag_environment_file_default(tmp_path):
    env = {"RINGLEADER_HOME": str(tmp_path / "home")}
    assert load_settings(env=env, cwd=tmp_path).uri is None
    (tmp_path / "ringleader.toml").write_text('[neo4j]\nuri = "bolt://file"\ndatabase = "f"\n')
    in_file = load_settings(env=env, cwd=tmp_path)
    assert (in_file.uri, in_file.source("neo4j.uri")) == ("bolt://file", "file ringleader.toml")
    env["NEO4J_URI"] = "bolt://env"
    in_env = load_settings(env=env, cwd=tmp_path)
    assert (in_env.uri, in_env.source("neo4j.uri")) == ("bolt://env", "environment NEO4J_URI")
    flagged = load_settings({"neo4j.uri": "bolt://flag"}, env=env, cwd=tmp_path)
    assert (flagged.uri, flagged.source("neo4j.uri")) == ("bolt://flag", "flag")
    assert flagged.database == "f"
    assert (flagged.username, flagged.source("neo4j.username")) == ("neo4j", "default")


def test_both_names_of_the_user_are_read_and_the_longer_wins(tmp_path):
    assert load_settings(env={"NEO4J_USER": "u"}, cwd=tmp_path).username == "u"
    both = load_settings(env={"NEO4J_USER": "u", "NEO4J_USERNAME": "n"}, cwd=tmp_path)
    assert both.username == "n"


def test_the_managed_server_is_used_unless_another_is_named(tmp_path):
    managed(tmp_path)
    env = {"RINGLEADER_HOME": str(tmp_path)}
    settings = load_settings(env=env, cwd=tmp_path)
    assert (settings.uri, settings.password) == ("bolt://127.0.0.1:7999", "generated")
    elsewhere = load_settings({"neo4j.uri": "bolt://other"}, env=env, cwd=tmp_path)
    assert (elsewhere.uri, elsewhere.password) == ("bolt://other", None)


def test_a_password_file_given_as_flag_outranks_the_environment(tmp_path):
    file = tmp_path / "p"
    file.write_text("from-file\n")
    settings = load_settings(
        {"neo4j.password_file": file}, env={"NEO4J_PASSWORD": "from-env"}, cwd=tmp_path
    )
    assert settings.password == "from-file"
    assert load_settings(env={"NEO4J_PASSWORD": "e"}, cwd=tmp_path).password == "e"


def test_secrets_are_masked_where_settings_are_shown(tmp_path):
    settings = load_settings(env={"NEO4J_PASSWORD": "hunter2"}, cwd=tmp_path)
    assert shown(settings)["neo4j.password"] == ("********", "environment NEO4J_PASSWORD")
    assert not any("hunter2" in value for value, _ in shown(settings).values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[neo4j]\nurl = "x"\n', "there is no setting 'neo4j.url'"),
        ("[load]\nchunk_size = 'many'\n", "setting load.chunk_size (file ringleader.toml)"),
        ("[load]\nchunk_size = -5\n", "expected a positive whole number"),
        ("[channels]\nknown = [1, 2]\n", "expected a list of texts"),
        ("[neo4j]\nuri = 5\n", "no address of a Neo4j"),
        ("[neo4j\n", "settings file"),
        ("jobs = 3\n", "jobs is 3; it is a section"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path, text, message):
    (tmp_path / "ringleader.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(env={}, cwd=tmp_path)
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_a_home_folder_that_nobody_has_is_told(tmp_path):
    settings = load_settings({"neo4j.password_file": "~nobody-here/key"}, env={}, cwd=tmp_path)
    with pytest.raises(SettingsError, match="~nobody-here/key"):
        _ = settings.password


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path):
    with pytest.raises(SettingsError, match="holds a user or a password") as caught:
        load_settings({"neo4j.uri": "bolt://bob:s3cret@host:7687"}, env={}, cwd=tmp_path)
    assert "s3cret" not in caught.value.message


def test_a_settings_file_that_is_asked_for_must_exist(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(config=tmp_path / "no.toml", env={}, cwd=tmp_path)


def test_channels_are_ours_and_the_file_s(tmp_path):
    (tmp_path / "ringleader.toml").write_text('[channels]\nknown = ["reseller-x"]\n')
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.channels == ("api", "azure", "bedrock", "reseller-x", "vertex")
