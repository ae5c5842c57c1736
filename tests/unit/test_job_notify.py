"""The webhook against a real receiver on this machine, which checks the signature itself."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from webhook_receiver import KEY, KEY_TEXT, listening, verified

from ringleader.errors import DeliveryFailed, SettingsError
from ringleader.jobs import notify
from ringleader.jobs.outcomes import Occasion, StandingRings

RINGS = [{"ring_id": "r1", "size": 5}, {"ring_id": "r2", "size": 7}]
FINDINGS = StandingRings("nightly", "run1", "2026-02-23", "run0", RINGS)


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setattr(notify, "BACKOFF_SECONDS", 0.01)
    with listening() as server:
        yield server


def deliver(server, attempts=3):
    return notify.deliver(server.url, KEY, "msg_run1", notify.payload(FINDINGS), 5.0, attempts)


def test_a_delivery_is_signed_and_holds_counts_and_ids_only(receiver):
    assert deliver(receiver) == 204
    [(path, headers, body)] = receiver.taken
    assert path == "/hook?token=hidden"
    assert verified(headers, body)
    assert not verified(headers, body + b" ")
    assert not verified({**headers, "webhook-timestamp": "1"}, body)
    assert not verified(headers, body, key=b"another key of 32 bytes, or less")
    sent = json.loads(body)
    assert sent.pop("timestamp").endswith("Z")
    assert sent == {
        "type": "ringleader.rings",
        "data": {
            "job": "nightly",
            "run": "run1",
            "rings": 2,
            "members": 12,
            "new_rings": [],
            "new_members": 0,
        },
    }


def test_the_page_s_receiver_knows_what_is_genuine(receiver):
    page = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"
    [code] = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    known = {}
    exec(code, known)
    deliver(receiver)
    [(_, headers, body)] = receiver.taken
    assert known["genuine"](KEY, headers, body)
    assert not known["genuine"](KEY, headers, body + b" ")


def sent_ids(server, findings, number=1, **options):
    """Ids of the messages that a step of a job sends."""
    server.taken.clear()
    given = {"url": server.url, "key_env": "HOOK_KEY", **options}
    notify.notify(lambda message: None, Occasion(number, findings), **given)
    return [headers["webhook-id"] for _, headers, _ in server.taken]


def test_a_message_has_one_id_over_all_runs_and_no_other_message_has_it(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    new = replace(FINDINGS, new=RINGS)
    [known] = sent_ids(receiver, new)
    again = replace(new, run="run2", day="2026-02-24", new=RINGS[::-1])
    assert sent_ids(receiver, again) == [known]
    others = [
        sent_ids(receiver, replace(new, new=RINGS[:1])),
        sent_ids(receiver, replace(new, job="hourly")),
        sent_ids(receiver, replace(new, since="run1")),  # gone meanwhile, and found again
        sent_ids(receiver, new, number=2),
        sent_ids(receiver, new, url=receiver.url + "&x"),
        sent_ids(receiver, FINDINGS, when="always"),
        sent_ids(receiver, replace(FINDINGS, day="2026-02-24"), when="always"),
    ]
    assert len({known, *(each for [each] in others)}) == len(others) + 1
    on_that_day = replace(FINDINGS, run="run2", since="run1")
    assert sent_ids(receiver, on_that_day, when="always") == others[5]
    assert sent_ids(receiver, FINDINGS) == []


def test_it_is_tried_again_under_the_same_id(receiver):
    receiver.statuses = [503, 429]
    assert deliver(receiver) == 204
    assert [headers["webhook-id"] for _, headers, _ in receiver.taken] == ["msg_run1"] * 3
    assert all(verified(headers, body) for _, headers, body in receiver.taken)


def test_it_gives_up_and_says_so_without_the_address(receiver):
    receiver.statuses = [500] * 9
    with pytest.raises(DeliveryFailed) as caught:
        deliver(receiver)
    assert len(receiver.taken) == 3
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize("status", [302, 401])
def test_neither_redirections_nor_refusals_are_followed(receiver, status):
    receiver.statuses = [status]
    with pytest.raises(DeliveryFailed, match=f"answers {status}"):
        deliver(receiver)
    assert len(receiver.taken) == 1


def test_nobody_listens(monkeypatch):
    monkeypatch.setattr(notify, "BACKOFF_SECONDS", 0.01)
    with listening() as receiver:
        pass
    with pytest.raises(DeliveryFailed, match="127.0.0.1 could not be notified") as caught:
        deliver(receiver, attempts=2)
    assert "hidden" not in caught.value.message


def test_keys_are_coded_or_plain_and_long_enough(tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text(f"{KEY_TEXT}\n")
    assert notify.read_key(file, None) == KEY
    monkeypatch.setenv("HOOK_KEY", "a plain key of 24 bytes!")
    assert notify.read_key(None, "HOOK_KEY") == b"a plain key of 24 bytes!"
    for content in ("short", "whsec_%%%", "whsec_ä", "whsec_c2hvcnQ="):
        file.write_text(content)
        with pytest.raises(SettingsError, match="key of the webhook"):
            notify.read_key(file, None)
    for given in ((None, None), (file, "HOOK_KEY"), (tmp_path / "none", None), (None, "NONE")):
        with pytest.raises(SettingsError):
            notify.read_key(*given)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://hooks.example/x", True),
        ("http://127.0.0.1:9/x", True),
        ("http://[::1]/x", True),
        ("http://localhost/x", True),
        ("http://hooks.example/x", False),
        ("http://127.0.0.1.hooks.example/x", False),
        ("http://localhost@hooks.example/x", False),
        ("https://user:pw@hooks.example/", False),
        ("ftp://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("hooks.example", False),
    ],
)
def test_only_encrypted_or_local_addresses_are_used(url, taken):
    import click

    try:
        notify._address(None, None, url)
    except click.BadParameter:
        assert not taken
    else:
        assert taken
