"""Jobs as declared: what is refused and why, and what a step hands to its command."""

import inspect
import re
from datetime import date
from pathlib import Path

import pytest

from ringleader.errors import NotFound, SettingsError
from ringleader.jobs.definitions import get_job, read_jobs
from ringleader.jobs.steps import KINDS, commands_of, keys, placeholders
from ringleader.settings import load_settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"
DAY = placeholders("nightly", "run1", date(2026, 3, 1))
DETECT = '[[jobs.nightly.steps]]\nstep = "detect"\n'


def settings(tmp_path, text):
    file = tmp_path / "ringleader.toml"
    file.write_text(text)
    return load_settings(config=file, env={"RINGLEADER_HOME": str(tmp_path)})


def step(tmp_path, text):
    """What a job's only step hands to its call."""
    found = settings(tmp_path, f"[[jobs.nightly.steps]]\n{text}\n")
    return get_job(found, "nightly").steps[0].values(DAY)


def test_a_step_calls_the_api_with_days_filled_in_and_paths_of_the_file(tmp_path):
    text = """
    step = "load"
    table = "requests"
    sources = ["logs/{yesterday}/*.csv", "/abs/{date}.csv"]
    mapping = "ours.toml"
    strict = true
    chunk_size = 500
    """
    assert step(tmp_path, text) == {
        "table": "requests",
        "sources": (f"{tmp_path}/logs/2026-02-28/*.csv", "/abs/2026-03-01.csv"),
        "mapping": tmp_path / "ours.toml",
        "strict": True,
        "chunk_size": 500,
    }


def test_braces_in_the_folder_s_name_are_no_placeholders(tmp_path):
    folder = tmp_path / "{odd} {"
    folder.mkdir()
    text = 'step = "load"\ntable = "accounts"\nsources = "{date}.csv"'
    assert step(folder, text)["sources"] == (f"{folder}/2026-03-01.csv",)


def test_what_looks_like_an_option_is_a_value(tmp_path):
    text = 'step = "load"\ntable = "accounts"\nsources = "/--dry-run"\nstrict = false'
    assert step(tmp_path, text) == {
        "table": "accounts",
        "sources": ("/--dry-run",),
        "strict": False,
    }
    text = 'step = "query"\nname = "runs"\noutput = "--raw"'
    assert step(tmp_path, text) == {"name": "runs", "output": tmp_path / "--raw"}


def test_parameters_of_a_query_are_a_table_and_keep_their_types(tmp_path):
    text = """
    step = "query"
    name = "newest-accounts-behind-proxy"
    param = { proxy = "{job}", limit = 5, odd = { a = "{b}" } }
    fail_if_rows = true
    """
    assert step(tmp_path, text) == {
        "name": "newest-accounts-behind-proxy",
        "pairs": {"proxy": "nightly", "limit": 5, "odd": {"a": "{b}"}},
        "fail_if_rows": True,
    }


@pytest.mark.parametrize(
    ("text", "says", "helps"),
    [
        ("[jobs.nightly]\n", "jobs.nightly has no steps", "[[jobs.nightly.steps]]"),
        ("[jobs.Nightly]\n", "lower-case letters", ""),
        ("[jobs]\nnightly = 1\n", "jobs.nightly is 1", "[jobs.nightly]"),
        (f"[jobs.nightly]\nshedule = '* * * * *'\n{DETECT}", "no key 'shedule'", "'schedule'"),
        (f"[jobs.nightly]\nfail_on_findings = 'yes'\n{DETECT}", "expected true or false", ""),
        (f"[jobs.nightly]\nschedule = '0 3 * *'\n{DETECT}", "it has 4 fields", "0 3 * * *"),
        (f"[jobs.nightly]\nschedule = '0 25 * * *'\n{DETECT}", "Bad hour", ""),
        (f"[jobs.nightly]\nschedule = '0 0 31 2 *'\n{DETECT}", "Bad day-of-month", ""),
        ("[[jobs.nightly.steps]]\nkind = 'load'\n", "step 1 needs a key `step`", "load, detect"),
        ("[[jobs.nightly.steps]]\nstep = 'detekt'\n", "no step 'detekt'", "'detect'"),
        (f"{DETECT}[[jobs.nightly.steps]]\nstep = 'load'\n", "step 2 (load): Missing", "job steps"),
        (f"{DETECT}sed = 7\n", "step 1 (detect): there is no key 'sed'", "'seed'"),
        (f"{DETECT}seed = 'x'\n", "step 1 (detect): Invalid value for '--seed'", "job steps"),
        (f"{DETECT}dry_run = true\n", "there is no key 'dry_run'", "known: algorithm"),
        (f"{DETECT}uri = 'bolt://x'\n", "there is no key 'uri'", ""),
        (f"{DETECT}known_hubs = true\n", "known_hubs is True", "text"),
        (f"{DETECT}known_hubs = '{{dat}}'\n", "no placeholder {dat}", "'date'"),
        (f"{DETECT}known_hubs = '{{date.__class__}}'\n", "no placeholder", "known: date"),
        (f"{DETECT}known_hubs = 'a{{b'\n", "a brace stands alone", "{{"),
        ("[[jobs.nightly.steps]]\nstep = 'export'\nwhat = 'dogs'\n", "what is 'dogs'", "rings"),
        ("[[jobs.nightly.steps]]\nstep = 'export'\nwhat = 'rings'\n", "needs the key 'output'", ""),
        (
            "[[jobs.nightly.steps]]\nstep = 'notify'\nurl = 'http://hooks.example/x'\n",
            "step 1 (notify): Invalid value for '--url': use https",
            "",
        ),
        (
            "[[jobs.nightly.steps]]\nstep = 'notify'\nurl = 'https://me:secret@hooks.example/'\n",
            "leave user and password out",
            "",
        ),
        (
            "[[jobs.nightly.steps]]\nstep = 'notify'\nurl = 'https://[::1'\n",
            "step 1 (notify): Invalid value for '--url': Invalid IPv6 URL",
            "",
        ),
    ],
)
def test_what_is_wrong_with_a_job_is_told_before_it_runs(tmp_path, text, says, helps):
    with pytest.raises(SettingsError) as caught:
        read_jobs(settings(tmp_path, text))
    assert says in caught.value.message
    assert "ringleader.toml" in caught.value.message
    assert helps in (caught.value.hint or "")
    assert "secret" not in caught.value.message


def test_a_job_that_is_not_there_names_those_that_are(tmp_path):
    found = settings(tmp_path, DETECT)
    with pytest.raises(NotFound) as caught:
        get_job(found, "nightlie")
    assert caught.value.hint == "did you mean 'nightly'? known: nightly"


def test_every_kind_of_step_has_keys_and_none_takes_global_options():
    for kind in KINDS:
        for command in commands_of(kind).values():
            found = keys(kind, command)
            assert found or kind.name == "detect"
            assert {"uri", "config", "debug", "quiet", "dry_run"}.isdisjoint(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_step_offers_its_call_takes(kind):
    for command in commands_of(kind).values():
        named = {param.name: None for param in keys(kind, command).values()}
        named |= {kind.what: command.name} if kind.what else {}
        inspect.signature(kind.call).bind("connection", "occasion", **named)


def test_the_example_of_the_page_is_a_job(tmp_path):
    [example] = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    job = get_job(settings(tmp_path, example), "nightly")
    assert [step.kind.name for step in job.steps] == ["load", "query", "detect", "export", "notify"]
    assert {kind.name for kind in KINDS} == set(
        re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.M)
    )
